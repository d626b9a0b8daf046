/** `POST /api/chat`: says something and gets the answer, at once or as it is made; and the same for an edit. */
import { type Context, Hono } from "hono";
import { readFiles } from "../attachments/read_files.ts";
import { type ChatError, isChatError } from "../domain/error.ts";
import { actAs } from "./caller.ts";
import { formTypes, readMessage } from "./chat_request.ts";
import { answerTurn, streamTurn } from "./follow.ts";
import { checkRepeat, externalIdOf } from "./idempotency.ts";
import { operation } from "./operation.ts";
import type { HttpEnv, Server } from "./options.ts";
import { answerProblem } from "./problem.ts";
import { chatRequest, editRequest, reply } from "./schema.ts";

const shared = {
  tag: "Chat",
  bodyTypes: formTypes,
  answer: reply,
  answerTypes: ["text/event-stream"],
  errors: [400, 401, 402, 404, 409, 413, 422, 429, 502, 503],
  headers: [{ name: "Idempotency-Key", about: "The same key within 24 hours is the same message and answer" }],
};

export function chatRoutes(server: Server): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .post(
      "/api/chat",
      operation({
        ...shared,
        id: "chat",
        summary: "Say something",
        description: "With `stream`, server-sent events: `turn`, `delta`, `reasoning`, then `done` (as the answer " +
          "below) or `error`. A delta's id is the UTF-16 position after it. Going away does not stop the answer.",
        body: chatRequest,
      }),
      (c) => say(c, server, null),
    )
    .post(
      "/api/messages/:id/edit",
      operation({
        ...shared,
        id: "editMessage",
        summary: "Say something else instead: a new branch, answered as by `POST /api/chat`",
        body: editRequest,
      }),
      (c) => say(c, server, c.req.param("id")),
    );
}

async function say(c: Context<HttpEnv>, server: Server, replaces: string | null): Promise<Response> {
  const { engine, store, gate, limits, workspace } = server;
  const message = await readMessage(c, limits);
  const key = c.req.header("idempotency-key");
  // Before the message is stored: what is refused must not be answered.
  await gate.checkQueue();
  const leave = gate.enter();
  try {
    const said = { ...message, attachments: await readFiles(message.attachments) };
    const { viewer } = c.get("caller");
    const caller = said.userId === null ? c.get("caller") : await actAs(c.get("caller"), said.userId, server);
    const receipt = await engine.receive({
      workspace,
      platform: caller.platform,
      externalId: externalIdOf(caller.author.identity, key),
      author: caller.author,
      text: said.text,
      attachments: said.attachments,
      addressed: true,
      place: null,
      conversation: said.conversation,
      replaces,
      model: said.model,
      allowOutside: said.allowOutside,
    }, caller.viewer);
    await checkRepeat(store, receipt, said);
    if (receipt.turn === null) throw new Error(`message "${receipt.message}" was addressed and has no turn`);
    if (said.stream) {
      const turn = await engine.turn(viewer, receipt.turn);
      return streamTurn(c, server, { viewer, turn, from: { text: 0, reasoning: 0 } }, leave);
    }
    const answer = await answerTurn(c, server, { viewer, turn: receipt.turn });
    leave();
    return answer;
  } catch (error) {
    leave();
    if (key !== undefined && replaces === null && isChatError(error, "conflict")) return answerReused(c, error);
    throw error;
  }
}

function answerReused(c: Context<HttpEnv>, { message }: ChatError): Response {
  return answerProblem(c, { status: 422, code: "conflict", detail: message });
}
