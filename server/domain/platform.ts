/** A chat platform: where messages come from and answers are posted. Extras are capabilities found by a type guard. */
import type { Certainty, Outcome } from "./delivery.ts";
import type { Incoming, Receipt } from "./message.ts";

/** What the engine gives each platform: one door for everything that arrives. */
export interface Inbox {
  /** Resolves when the message is stored, not when it is answered: only then may a webhook be acknowledged. */
  receive(incoming: Incoming): Promise<Receipt>;
}

export interface Platform {
  readonly name: string;
  /** Longest text one post may hold, in UTF-16 units. */
  readonly maxTextLength: number;
  readonly certainty: Certainty;
  /**
   * Delivers to `inbox` until `signal` aborts, then resolves. Reconnects by itself; rejects only when it cannot go
   * on, e.g. `ChatError` "unauthorized".
   */
  run(inbox: Inbox, signal: AbortSignal): Promise<void>;
  /** Our Markdown (CommonMark) in the platform's dialect. */
  render(markdown: string): string;
  /** Posts one part. Never throws for what the network or the platform does: that is an `Outcome`. */
  send(place: string, part: { text: string; nonce: string }): Promise<Outcome>;
}

/** Capability: posts can be found again by their nonce. */
export interface HistoryPlatform extends Platform {
  /** The post's id; undefined when it is certainly not there. Throws when the history cannot be read. */
  find(place: string, nonce: string): Promise<string | undefined>;
}

export function isHistory(platform: Platform): platform is HistoryPlatform {
  return "find" in platform;
}
