/** What the tests of one file share: one browser, one server with its pages built, and the name for a test in it. */
import type { Browser } from "playwright-core";
import { testWhere } from "../run/test_where.ts";
import { hasChromium, openBrowser } from "./browser.ts";
import { ensurePagesAreBuilt } from "./built_pages.ts";
import { type ChatServer, type ChatServerOptions, openChatServer } from "./open_chat_server.ts";

export interface OnServer {
  readonly browser: Browser;
  readonly server: ChatServer;
}

/** Registers what a test file needs; the function it returns registers its tests. */
export function onServer(options: ChatServerOptions): (name: string, work: (on: OnServer) => Promise<void>) => void {
  let on: OnServer | undefined;
  if (hasChromium()) {
    Deno.test.beforeAll(async () => {
      await ensurePagesAreBuilt();
      on = { browser: await openBrowser(), server: await openChatServer(options) };
    });
    Deno.test.afterAll(async () => {
      await on?.browser.close();
      await on?.server.close();
    });
  }
  return (name, work) =>
    testWhere(hasChromium(), "Chromium is not installed", name, async () => {
      if (!on) throw new Error("the browser did not start");
      await work(on);
    });
}

/** Asks through the API; resolves with the conversation when it is answered. */
export async function ask(
  { url }: ChatServer,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const response = await fetch(`${url}/api/chat`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message, ...more }),
  });
  const answer: { conversation_id?: string } = await response.json();
  if (!answer.conversation_id) throw new Error(`not answered: ${JSON.stringify(answer)}`);
  return answer.conversation_id;
}
