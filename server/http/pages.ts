/** The pages for people: drawn here from the same data that the API hands out, then brought to life in the browser. */
import { type Context, Hono } from "hono";
import type { ChatPageData } from "../../ui/page_data.ts";
import type { Viewer } from "../domain/turn.ts";
import type { Door } from "./auth.ts";
import { callerOf } from "./caller.ts";
import { listModels } from "./models.ts";
import type { HttpEnv, Server } from "./options.ts";
import { type Problem, titleOfStatus } from "./problem.ts";
import type { Pages } from "./built_pages.ts";
import { toWireConversation, toWireMessage, toWireModel } from "./to_wire.ts";

/** Files need no key: they are the same for everyone. */
export function fileRoutes({ pages }: Pick<Server, "pages">): Hono<HttpEnv> {
  return new Hono<HttpEnv>().get(
    "/assets/:name",
    async (c) => await pages?.files.answer(c, c.req.param("name")) ?? c.notFound(),
  );
}

/** `/`: a new conversation; `/c/{id}`: one there is. Who has no key gets the sign-in page at the same address. */
export function pageRoutes(server: Server, door: Door): Hono<HttpEnv> {
  const { pages, workspace } = server;
  const app = new Hono<HttpEnv>();
  if (!pages) return app;

  const show = async (c: Context<HttpEnv>, id: string | null) => {
    if (!door.isSignedIn(c)) return c.html(await pages.signIn());
    const { viewer } = callerOf(workspace, c.req.raw.headers);
    const data = await gather(server, viewer, id);
    return c.html(await pages.chat({ ...data, signedIn: door.sessions !== null }));
  };
  return app.get("/", (c) => show(c, null)).get("/c/:id", (c) => show(c, c.req.param("id")));
}

/** Whether an error should be shown as a page: a browser asked for one, outside the API. */
export function wantsPage(c: Context<HttpEnv>): boolean {
  return !/^\/(api|v1)(\/|$)/.test(c.req.path) && (c.req.header("accept") ?? "").includes("text/html");
}

export async function answerErrorPage(pages: Pages, problem: Problem): Promise<Response> {
  const { status, detail } = problem;
  const html = await pages.error(status, titleOfStatus(status), detail);
  return new Response(html, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}

/** Models that are slow to be listed do not keep the page. */
const modelsMs = 1500;
const listLimit = 50;

async function gather(
  { engine, store: { conversations }, version }: Server,
  viewer: Viewer,
  id: string | null,
): Promise<Omit<ChatPageData, "signedIn">> {
  const [list, current, messages, { models, chosen }] = await Promise.all([
    conversations.list(viewer, { limit: listLimit, cursor: null, archived: false }),
    id === null ? null : conversations.get(viewer, id),
    id === null ? null : conversations.lastMessages(viewer, id, { limit: listLimit, cursor: null }),
    listModels(engine, modelsMs),
  ]);
  return {
    conversations: list.items.map(toWireConversation),
    conversationsNext: list.next,
    current: current && toWireConversation(current),
    messages: (messages?.items ?? []).map(toWireMessage),
    messagesNext: messages?.next ?? null,
    models: models.map(toWireModel),
    defaultModel: chosen,
    version,
    nowMs: Date.now(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  };
}
