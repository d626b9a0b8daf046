/** Brings a running answer onto the page: reads it, paints it in whole words at a calm pace, and settles it at its end. */
import { batch, signal } from "@preact/signals";
import type { WireMessage, WireReply, WireStreamError } from "../../server/domain/wire.ts";
import { callApi } from "../net/api.ts";
import { followTurn, type Position, type TurnNews } from "../net/turn_stream.ts";
import { countWords } from "../text/format.ts";
import type { ChatState, LiveAnswer } from "./chat_state.ts";
import type { Connection } from "./connection.ts";

/** New words are painted in batches of about this long, and never more than once a frame. */
const batchMs = 80;

export interface Follower {
  /**
   * Follows a turn from a position, or from an open response that says which turn it is. Resolves at its end; a turn
   * that is followed already is left to that. Throws as `followTurn`.
   */
  follow(
    start: { turnId: string | null; from: Position; first?: Response; text?: string; reasoning?: string },
    onTurn?: (news: TurnNews & { kind: "turn" }) => void,
  ): Promise<void>;
  isFollowing(turnId: string): boolean;
  /** Stops reading a turn; the turn itself goes on. */
  leave(turnId: string): void;
}

/** `onEnd` runs when a turn has come to rest, after the thread shows it. */
export function createFollower(
  chat: ChatState,
  connection: Connection,
  onEnd: () => void,
): Follower {
  const open = new Map<string, AbortController>();

  async function follow(
    start: Parameters<Follower["follow"]>[0],
    onTurn: (news: TurnNews & { kind: "turn" }) => void = () => {},
  ): Promise<void> {
    if (start.turnId !== null && open.has(start.turnId)) return;
    const abort = new AbortController();
    const canvas = createCanvas(chat, start.text ?? "", start.reasoning ?? "");
    let turnId = start.turnId;
    const begin = (id: string) => {
      turnId = id;
      open.set(id, abort);
      canvas.begin(id);
    };
    if (turnId !== null) begin(turnId);
    try {
      const news = followTurn({
        turnId,
        from: start.from,
        ...(start.first ? { first: start.first } : {}),
        open: (id, from, signal) =>
          callApi(`/api/turns/${id}/events?reasoning=${from.reasoning}`, {
            headers: { accept: "text/event-stream", "last-event-id": String(from.text) },
            signal,
          }),
        wait: (failures, signal) => connection.pause(failures, signal),
        signal: abort.signal,
      });
      for await (const item of news) {
        if (item.kind === "turn") {
          if (turnId === null) {
            if (open.has(item.start.turn_id)) return;
            begin(item.start.turn_id);
          }
          onTurn(item);
        } else if (item.kind === "text") canvas.add(item.text, "");
        else if (item.kind === "reasoning") canvas.add("", item.text);
        else if (turnId !== null) {
          const settled = item.kind === "done" ? asDone(item.reply) : asFailed(item.error, canvas.all());
          batch(() => {
            settle(chat, turnId ?? "", settled);
            canvas.end();
          });
          chat.status.value = item.kind === "done" && item.reply.state === "done"
            ? `Answer ready, ${countWords(item.reply.reply)} words.`
            : item.kind === "done"
            ? "Stopped."
            : item.error.message;
          open.delete(turnId);
          onEnd();
        }
      }
    } finally {
      canvas.end();
      if (turnId !== null && open.get(turnId) === abort) open.delete(turnId);
    }
  }

  return {
    follow,
    isFollowing: (turnId) => open.has(turnId),
    leave(turnId) {
      open.get(turnId)?.abort();
      open.delete(turnId);
    },
  };
}

/** Collects what arrives and shows it in batches. */
function createCanvas(chat: ChatState, text: string, reasoning: string) {
  const arrived = { text, reasoning };
  let turnId: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const live = signal<LiveAnswer>({
    text,
    reasoning,
    paintedLength: text.length,
    startedAtMs: Date.now(),
    isStopping: false,
  });
  function paint(): void {
    timer = undefined;
    const now = live.peek();
    live.value = { ...now, text: arrived.text, reasoning: arrived.reasoning, paintedLength: now.text.length };
  }
  return {
    begin(id: string): void {
      turnId = id;
      live.value = { ...live.peek(), startedAtMs: Date.now() };
      chat.live.value = new Map(chat.live.value).set(id, live);
      chat.status.value = "WhisperEngine is writing.";
    },
    add(moreText: string, moreReasoning: string): void {
      arrived.text += moreText;
      arrived.reasoning += moreReasoning;
      timer ??= setTimeout(() => requestAnimationFrame(paint), batchMs);
    },
    all: () => ({ ...arrived }),
    end(): void {
      clearTimeout(timer);
      if (turnId === null || chat.live.value.get(turnId) !== live) return;
      const rest = new Map(chat.live.value);
      rest.delete(turnId);
      chat.live.value = rest;
    },
  };
}

function settle(chat: ChatState, turnId: string, change: Partial<WireMessage>): void {
  chat.messages.value = chat.messages.value.map((message) =>
    message.role === "assistant" && message.turn_id === turnId ? { ...message, ...change } : message
  );
}

function asDone(reply: WireReply): Partial<WireMessage> {
  const { input_tokens, output_tokens, cost_usd } = reply.usage;
  return {
    text: reply.reply,
    state: reply.state,
    model: reply.model,
    cost_usd,
    tokens: input_tokens + output_tokens,
  };
}

function asFailed(error: WireStreamError, arrived: { text: string; reasoning: string }): Partial<WireMessage> {
  return {
    ...arrived,
    state: error.code === "interrupted" ? "interrupted" : "failed",
    notice: error.message,
    error_code: error.code,
    retryable: error.retryable,
  };
}
