/** Answers with a turn: as a stream of its events, or with its reply once it has ended. */
import type { Context } from "hono";
import type { Viewer } from "../domain/turn.ts";
import type { HttpEnv, Server } from "./options.ts";
import { answerProblem, statusOfFailure } from "./problem.ts";
import { eventStream, eventStreamHeaders } from "./sse.ts";
import { toReply, toStreamError } from "./to_wire.ts";
import { awaitEnd, type Followed, turnEvents } from "./turn_events.ts";

/** The place at the gate is `leave`'s, and is given back when the stream ends. */
export function streamTurn(c: Context<HttpEnv>, server: Server, followed: Followed, leave: () => void): Response {
  if (c.req.raw.method === "HEAD") {
    leave();
    return new Response(null, { headers: eventStreamHeaders });
  }
  return eventStream((signal) => turnEvents(server, followed, signal), {
    closing: server.closing,
    heartbeatMs: server.limits.heartbeatMs,
    onEnd: leave,
  });
}

/** A failed turn is a problem that carries what was said before it failed. */
export async function answerTurn(
  c: Context<HttpEnv>,
  server: Server,
  waited: { viewer: Viewer; turn: string },
): Promise<Response> {
  const { turn, text } = await awaitEnd(server, waited);
  const reply = toReply(turn, text);
  const error = toStreamError(turn);
  if (!error) return c.json(reply);
  const { code, message, retryable } = error;
  // An interrupted turn knows what interrupted it: the provider, or our own stopping.
  return answerProblem(c, {
    status: statusOfFailure(turn.errorCode ?? code),
    code,
    detail: message,
    more: { retryable, ...reply },
  });
}
