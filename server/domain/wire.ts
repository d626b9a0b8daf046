/** What travels between the server and its clients: the browser, the command line, anyone's script. */
import type { TurnState } from "./turn.ts";

export interface WireUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Null: the price is not known. */
  readonly cost_usd: number | null;
}

/** What `POST /api/chat` answers, and the `done` event. */
export interface WireReply {
  readonly conversation_id: string;
  /** The answer's. */
  readonly message_id: string;
  readonly turn_id: string;
  readonly reply: string;
  /** `provider/model`. */
  readonly model: string | null;
  readonly state: TurnState;
  /** Said beside the answer: what was left out, which fallback was used. */
  readonly notices: readonly string[];
  readonly usage: WireUsage;
}

/** The first event of a stream. `message_id` is the answer's. */
export interface WireTurnStart {
  readonly turn_id: string;
  readonly conversation_id: string;
  readonly message_id: string;
}

/** The event's id is the UTF-16 position after `text`. */
export interface WireDelta {
  readonly text: string;
}

/** What the model thought before it answered; `position` counts UTF-16 units of reasoning before `text`. */
export interface WireReasoning {
  readonly text: string;
  readonly position: number;
}

/** The last event of a stream that did not come to a "done". */
export interface WireStreamError {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

export interface WireConversation {
  readonly id: string;
  readonly title: string | null;
  readonly platform: string;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly model: string | null;
  /** "local" never leaves the machine without the person's yes. */
  readonly reach: "local" | "outside" | null;
  /** ISO 8601. */
  readonly created_at: string;
  readonly updated_at: string;
}

export interface WireMessage {
  readonly id: string;
  readonly turn_id: string | null;
  readonly role: "user" | "assistant";
  readonly author: string | null;
  readonly text: string;
  readonly reasoning: string;
  readonly state: TurnState;
  readonly notice: string | null;
  readonly error_code: string | null;
  readonly retryable: boolean;
  readonly model: string | null;
  readonly cost_usd: number | null;
  /** In and out together; left out where the answer has no record yet. */
  readonly tokens?: number | null;
  /** From acceptance to the end. */
  readonly total_ms?: number | null;
  readonly attachments: readonly { readonly name: string; readonly media_type: string; readonly bytes: number }[];
  /** The messages among which a person can switch here; this one is among them. */
  readonly variants: readonly string[];
  readonly created_at: string;
}

/** What `GET /api/turns/{id}` answers: how and why an answer came about. */
export interface WireTurn {
  readonly id: string;
  readonly conversation_id: string;
  readonly state: TurnState;
  /** The message that is answered. */
  readonly question_id: string;
  /** The answer's message; null before there is one. */
  readonly message_id: string | null;
  /** Why it failed, was interrupted or waits. */
  readonly reason: string | null;
  readonly notice: string | null;
  readonly error_code: string | null;
  readonly retryable: boolean;
  readonly created_at: string;
  readonly ended_at: string | null;
  readonly record: WireTurnRecord | null;
}

export interface WireTurnRecord {
  /** `provider/model`. */
  readonly model: string;
  readonly route: string;
  readonly local: boolean;
  readonly omitted_messages: number;
  readonly summarised: boolean;
  readonly prompt_tokens: number;
  readonly usage: (WireUsage & { readonly cached_input_tokens: number; readonly reasoning_tokens: number }) | null;
  readonly cost_usd: number | null;
  readonly finish_reason: string | null;
  readonly notices: readonly string[];
  readonly first_text_ms: number | null;
  readonly total_ms: number;
}

export interface WireModel {
  /** `provider/model`. */
  readonly id: string;
  readonly name: string;
  readonly local: boolean;
  readonly context_tokens: number | null;
  /** Dollars per million tokens. */
  readonly price: { readonly input: number; readonly output: number } | null;
}

export interface WireSearchHit {
  readonly conversation_id: string;
  readonly title: string | null;
  readonly message_id: string;
  readonly role: "user" | "assistant";
  readonly excerpt: string;
  readonly highlights: readonly (readonly [number, number])[];
  readonly created_at: string;
}
