/** Finds who answers a terminal: the server that runs on this data folder, or else the engine in this process. */
import type { Configuration } from "../../config/configuration.ts";
import { openLog } from "../../log.ts";
import type { Program } from "../program.ts";
import { findRunningServer } from "../running_server.ts";
import { type ChatClient, openChatClient } from "./client.ts";
import { directSend } from "./direct_send.ts";

export interface Connection {
  readonly client: ChatClient;
  /** The running server's address; null when this process answers itself. */
  readonly url: string | null;
  close(): Promise<void>;
}

/** What runs in the background, such as finding a title, may take so long to end. */
const GRACE_MS = 2000;
/** Where requests that never leave this process say they go. */
const INSIDE = "http://localhost";

/**
 * Throws `ChatError` "unavailable" when the store cannot be used, which another process holding it is. `report` gets
 * a line for each failure beside the answers.
 */
export async function connect(
  program: Program,
  configuration: Configuration,
  report: (line: string) => void,
): Promise<Connection> {
  const { settings } = configuration;
  const running = await findRunningServer(settings.dataFolder);
  if (running !== undefined) {
    const { url, key } = running;
    return { client: openChatClient({ send: directSend, url, key }), url, close: () => Promise.resolve() };
  }
  const log = openLog({
    level: "error",
    isForPeople: true,
    secrets: [settings.adminKey, ...settings.providers.map(({ apiKey }) => apiKey)],
    write: (line) => report(line.trimEnd()),
  });
  const { openProgram } = await import("../../start.ts");
  const opened = await openProgram(program, configuration, log);
  const client = openChatClient({ send: (request) => opened.fetch(request), url: INSIDE, key: settings.adminKey });
  return { client, url: null, close: () => opened.close(GRACE_MS) };
}
