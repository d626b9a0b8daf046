/** A turn as its followers see it: as events from any position on, or as one reply when it has ended. */
import type { Turn, Viewer } from "../domain/turn.ts";
import type { WireDelta, WireReasoning, WireReply, WireStreamError } from "../domain/wire.ts";
import { ChatError } from "../domain/error.ts";
import type { Server } from "./options.ts";
import { problemOf } from "./problem.ts";
import type { ServerEvent } from "./sse.ts";
import { toReply, toStreamError, toTurnStart } from "./to_wire.ts";

export interface Followed {
  readonly viewer: Viewer;
  readonly turn: Turn;
  readonly from: { readonly text: number; readonly reasoning: number };
}

/**
 * `turn`, then `delta` and `reasoning`, then `done` or `error`; ends without either when `signal` aborts. An event's
 * id is the position in the text after it, so that any event can be resumed from.
 */
export async function* turnEvents(
  { engine, store, log }: Pick<Server, "engine" | "store" | "log">,
  { viewer, turn, from }: Followed,
  signal: AbortSignal,
): AsyncIterable<ServerEvent> {
  let at = from.text;
  const named = (event: string, data: unknown): ServerEvent => ({ event, id: String(at), data });
  try {
    yield named("turn", toTurnStart(turn));
    for await (const news of engine.attach(viewer, turn.id, from, signal)) {
      if ("ended" in news) {
        const error = toStreamError(news.ended);
        if (error) return yield named("error", error);
        const whole = await store.turns.read(viewer, turn.id, { text: 0, reasoning: Number.MAX_SAFE_INTEGER });
        const reply: WireReply = toReply(news.ended, whole?.text ?? "");
        at = reply.reply.length;
        return yield named("done", reply);
      }
      const { channel, position, text } = news;
      if (channel === "reasoning") {
        yield named("reasoning", { text, position } satisfies WireReasoning);
      } else {
        at = position + text.length;
        yield named("delta", { text } satisfies WireDelta);
      }
    }
  } catch (error) {
    const { code, detail, status } = problemOf(error);
    if (status >= 500) log("error", "stream_failed", { turn: turn.id, error });
    yield named("error", { code, message: detail, retryable: status >= 500 } satisfies WireStreamError);
  }
}

/** Waits for the end. Throws "unavailable" when `closing` aborts before: the turn itself goes on. */
export async function awaitEnd(
  { engine, closing }: Pick<Server, "engine" | "closing">,
  { viewer, turn }: { viewer: Viewer; turn: string },
): Promise<{ turn: Turn; text: string }> {
  const parts: string[] = [];
  for await (const news of engine.attach(viewer, turn, { text: 0, reasoning: 0 }, closing)) {
    if ("ended" in news) return { turn: news.ended, text: parts.join("") };
    if (news.channel === "text") parts.push(news.text);
  }
  throw new ChatError("unavailable", `Cannot wait for turn "${turn}": the server is stopping, ask for the turn later`);
}
