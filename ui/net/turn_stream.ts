/** Follows one turn to its end over as many connections as it takes: never a gap, never a repeat. */
import type { WireDelta, WireReasoning, WireReply, WireStreamError, WireTurnStart } from "../../server/domain/wire.ts";
import { ApiError, NoConnection } from "./api.ts";
import { readEvents, type ServerEvent } from "./sse.ts";

/** UTF-16 units that are there already. */
export interface Position {
  readonly text: number;
  readonly reasoning: number;
}

export type TurnNews =
  | { readonly kind: "turn"; readonly start: WireTurnStart }
  /** Comes right after what was there. */
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "reasoning"; readonly text: string }
  | { readonly kind: "done"; readonly reply: WireReply }
  | { readonly kind: "error"; readonly error: WireStreamError };

export interface FollowOptions {
  /** Null: the first response will say. */
  readonly turnId: string | null;
  readonly from: Position;
  /** A stream that is open already: the answer to a POST. */
  readonly first?: Response;
  /** Opens the turn's events after a position. */
  open(turnId: string, from: Position, signal: AbortSignal): Promise<Response>;
  /** Waits before the next connection; `failures` counts those in a row that brought nothing. */
  wait(failures: number, signal: AbortSignal): Promise<void>;
  readonly signal: AbortSignal;
}

/** The server sends a heartbeat every 15 s; three missed ones mean that the connection is dead. */
const silenceMs = 50_000;

/**
 * Ends after "done" or "error", or when aborted. Throws `ApiError` when the server refuses to show the turn, and
 * `NoConnection` when the first stream broke before it said which turn it is.
 */
export async function* followTurn(options: FollowOptions): AsyncGenerator<TurnNews, void> {
  const have = { text: options.from.text, reasoning: options.from.reasoning };
  let turnId = options.turnId;
  let response = options.first;
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      if (!response) {
        if (turnId === null) throw new NoConnection("The connection broke before the message was accepted");
        response = await options.open(turnId, have, options.signal);
      }
      for await (const event of untilSilent(response, options.signal)) {
        const news = decode(event, have);
        if (news === "gap") break;
        if (news === null) continue;
        failures = 0;
        if (news.kind === "turn") turnId = news.start.turn_id;
        if (news.kind === "text") have.text += news.text.length;
        if (news.kind === "reasoning") have.reasoning += news.text.length;
        yield news;
        if (news.kind === "done" || news.kind === "error") return;
      }
    } catch (error) {
      if (options.signal.aborted) return;
      const isFinal = error instanceof ApiError && error.status < 500 && error.status !== 429;
      if (isFinal || turnId === null) throw error;
    }
    response = undefined;
    if (turnId === null) throw new NoConnection("The connection broke before the message was accepted");
    failures += 1;
    await options.wait(failures, options.signal);
  }
}

async function* untilSilent(response: Response, signal: AbortSignal): AsyncGenerator<ServerEvent, void> {
  const body = response.body;
  if (!body) return;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  const guarded = body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), {
    signal: AbortSignal.any([signal, silence.signal]),
  });
  try {
    yield* readEvents(guarded, () => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Null: nothing new in it. "gap": something before it is missing. */
function decode(event: ServerEvent, have: Position): TurnNews | "gap" | null {
  switch (event.event) {
    case "turn": {
      const start: WireTurnStart = JSON.parse(event.data);
      return { kind: "turn", start };
    }
    case "delta": {
      const { text }: WireDelta = JSON.parse(event.data);
      const fresh = after(have.text, Number(event.id) - text.length, text);
      return fresh === null || fresh === "gap" ? fresh : { kind: "text", text: fresh };
    }
    case "reasoning": {
      const { text, position }: WireReasoning = JSON.parse(event.data);
      const fresh = after(have.reasoning, position, text);
      return fresh === null || fresh === "gap" ? fresh : { kind: "reasoning", text: fresh };
    }
    case "done": {
      const reply: WireReply = JSON.parse(event.data);
      return { kind: "done", reply };
    }
    case "error": {
      const error: WireStreamError = JSON.parse(event.data);
      return { kind: "error", error };
    }
    default:
      return null;
  }
}

/** What of `text`, which begins at `start`, comes after the first `have` units. */
function after(have: number, start: number, text: string): string | "gap" | null {
  if (!(start <= have)) return "gap";
  return start + text.length <= have ? null : text.slice(have - start);
}
