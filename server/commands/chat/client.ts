/** Speaks to a WhisperEngine server, in another process or in this one, through its REST API. */
import { ChatError } from "../../domain/error.ts";
import type {
  WireConversation,
  WireDelta,
  WireMessage,
  WireModel,
  WireReasoning,
  WireReply,
  WireStreamError,
  WireTurnStart,
} from "../../domain/wire.ts";
import { readEvents, type ServerEvent } from "./event_stream.ts";

export interface Question {
  readonly message: string;
  /** Null: a new conversation. */
  readonly conversation: string | null;
  /** `provider/model`; null: the conversation's, then the default. */
  readonly model: string | null;
  /** The person's yes: a conversation held on this machine may leave it. */
  readonly allowOutside: boolean;
}

/** Text in order, without gap or repeat; "done" or "failed" comes last. */
export type AnswerEvent =
  | { readonly type: "turn"; readonly turn: WireTurnStart }
  | { readonly type: "text" | "reasoning"; readonly text: string }
  | { readonly type: "done"; readonly reply: WireReply }
  | { readonly type: "failed"; readonly error: WireStreamError };

export interface ChatClient {
  /** Asks once, however often the connection breaks. Ends without a last event when aborted. */
  ask(question: Question, signal: AbortSignal): AsyncIterable<AnswerEvent>;
  stop(turn: string): Promise<void>;
  models(): Promise<{ readonly models: readonly WireModel[]; readonly default: string }>;
  /** Throws `ChatError` "not_found". */
  conversation(id: string): Promise<WireConversation>;
  /** The end of the active branch, oldest first. */
  lastMessages(id: string): Promise<readonly WireMessage[]>;
}

export interface ClientOptions {
  readonly send: (request: Request) => Response | Promise<Response>;
  /** Where the server is, without a slash at the end. */
  readonly url: string;
  /** The bearer key; null where nobody signs in. */
  readonly key: string | null;
  /** Before the nth try again. Default: 0.2 s, doubled each time, at most 2 s. */
  readonly pauseMs?: (tries: number) => number;
}

const LIMIT_MS = 20_000;
/** Tries in a row that bring nothing new. */
const MAX_TRIES = 6;

export function openChatClient(options: ClientOptions): ChatClient {
  const { send, url, key, pauseMs = (tries) => Math.min(2000, 100 * 2 ** tries) } = options;

  function request(path: string, init: RequestInit, signal: AbortSignal): Request {
    const headers = new Headers(init.headers);
    headers.set("x-whisper-client", "cli");
    if (key !== null) headers.set("authorization", `Bearer ${key}`);
    if (init.body !== undefined) headers.set("content-type", "application/json");
    return new Request(`${url}${path}`, { ...init, headers, signal });
  }

  /** Throws `ChatError` for a refusal, with the server's words. */
  async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await send(request(path, init, AbortSignal.timeout(LIMIT_MS)));
    if (response.ok) return await response.json();
    const problem = await readProblem(response);
    throw new ChatError(response.status === 404 ? "not_found" : "unavailable", problem.message);
  }

  async function* ask(question: Question, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
    // The key makes a repeated request the same message: whatever breaks, it is asked once.
    const say = {
      method: "POST",
      headers: { "idempotency-key": crypto.randomUUID() },
      body: JSON.stringify({
        message: question.message,
        conversation_id: question.conversation,
        model: question.model,
        allow_outside: question.allowOutside,
        stream: true,
      }),
    };
    const at = { text: 0, reasoning: 0 };
    let turn: WireTurnStart | undefined;
    for (let tries = 0; tries < MAX_TRIES && !signal.aborted; tries++) {
      if (tries > 0) await pause(pauseMs(tries), signal);
      const path = `/api/turns/${turn?.turn_id}/events?from=${at.text}&reasoning=${at.reasoning}`;
      try {
        const response = await send(turn ? request(path, {}, signal) : request("/api/chat", say, signal));
        if (!response.ok || response.body === null) {
          const error = await readProblem(response);
          if (error.retryable && turn !== undefined) continue;
          return yield { type: "failed", error };
        }
        for await (const event of readEvents(response.body)) {
          const news = decode(event, at);
          if (news === undefined || (news.type === "turn" && turn !== undefined)) continue;
          tries = 0;
          if (news.type === "turn") turn = news.turn;
          yield news;
          if (news.type === "done" || news.type === "failed") return;
        }
      } catch (error) {
        // A connection that breaks is a TypeError of fetch or an error of the system; it is tried again.
        if (signal.aborted) return;
        if (!(error instanceof Error)) throw error;
      }
    }
    if (signal.aborted) return;
    const message = `Cannot reach the server at ${url}: it does not answer${turn ? "; the answer goes on there" : ""}`;
    yield { type: "failed", error: { code: "unreachable", message, retryable: true } };
  }

  return {
    ask,
    stop: async (turn) => void await call(`/api/turns/${turn}/stop`, { method: "POST" }),
    models: () => call("/api/models"),
    conversation: (id) => call(`/api/conversations/${encodeURIComponent(id)}`),
    async lastMessages(id) {
      const path = `/api/conversations/${encodeURIComponent(id)}/messages?from=end&limit=100`;
      return (await call<{ messages: WireMessage[] }>(path)).messages;
    },
  };
}

/** Undefined for what was had before, or is not known. `at` moves on. */
function decode({ event, id, data }: ServerEvent, at: { text: number; reasoning: number }): AnswerEvent | undefined {
  switch (event) {
    case "turn":
      return { type: "turn", turn: JSON.parse(data) };
    case "done":
      return { type: "done", reply: JSON.parse(data) };
    case "error":
      return { type: "failed", error: JSON.parse(data) };
    case "delta": {
      const { text }: WireDelta = JSON.parse(data);
      return fresh("text", text, Number(id) - text.length, at);
    }
    case "reasoning": {
      const { text, position }: WireReasoning = JSON.parse(data);
      return fresh("reasoning", text, position, at);
    }
  }
}

/** The part of `text` that is new. Throws when something before it is missing. */
function fresh(
  type: "text" | "reasoning",
  text: string,
  position: number,
  at: { text: number; reasoning: number },
): AnswerEvent | undefined {
  if (!(position <= at[type])) throw new Error(`Cannot go on after ${at[type]}: the server is at ${position}`);
  const rest = text.slice(at[type] - position);
  at[type] += rest.length;
  return rest === "" ? undefined : { type, text: rest };
}

/** Problem details (RFC 9457), or whatever came instead of them. */
async function readProblem(response: Response): Promise<WireStreamError> {
  const retryable = response.status === 429 || response.status >= 500;
  const fallback = { code: "unavailable", message: `Cannot go on: the server answered ${response.status}`, retryable };
  const text = await response.text();
  if (!response.headers.get("content-type")?.includes("json")) return fallback;
  const { code, detail, retryable: said } = JSON.parse(text);
  return {
    code: typeof code === "string" ? code : fallback.code,
    message: typeof detail === "string" ? detail : fallback.message,
    retryable: typeof said === "boolean" ? said : retryable,
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
