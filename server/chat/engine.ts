/** What the server's rooms (web, REST, command line) may ask of the chat engine. */
import type { Conversation } from "../domain/conversation.ts";
import type { Incoming, Receipt } from "../domain/message.ts";
import type { ModelInfo, RelayRequest } from "../domain/model.ts";
import type { Chunk, Turn, TurnState, Viewer } from "../domain/turn.ts";

/** Text in order, without gap or repeat; last, the turn as it came to rest. */
export type TurnEvent = Chunk | { readonly ended: Turn };

export interface ListedModel extends ModelInfo {
  /** `provider/model`. */
  readonly ref: string;
  readonly isLocal: boolean;
}

export interface ProviderState {
  readonly name: string;
  readonly isLocal: boolean;
  readonly host: string | null;
  /** Undefined: it answered. Else one sentence. */
  readonly problem: string | undefined;
  readonly models: number;
}

/** A request of an OpenAI-compatible client that is being answered. */
export interface RelayedCall {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | null;
  readonly body: ReadableStream<Uint8Array>;
  /** All of it, where it was short and not a stream: `body` then gives the same. */
  readonly whole?: Uint8Array<ArrayBuffer>;
}

/** How a relayed body ends. */
export interface RelayEnding {
  /** Called once when it has ended, failed or is no longer wanted. */
  readonly onEnd: () => void;
  /** What is said in place of a failure: its status is long sent. Null: nothing, it just breaks off. */
  readonly lastWords: (error: unknown, contentType: string) => Uint8Array | null;
}

export interface Engine {
  /**
   * Resolves when the message is stored. `viewer` null: the incoming's place decides what it goes on with. Errors as
   * `TurnStore.accept`, and "invalid" for an unknown provider.
   */
  receive(incoming: Incoming, viewer: Viewer | null): Promise<Receipt>;
  /** A turn from any position on, to its end or rest, from whichever process writes it. Throws "not_found". */
  attach(
    viewer: Viewer,
    turn: string,
    from: { text: number; reasoning: number },
    signal: AbortSignal,
  ): AsyncIterable<TurnEvent>;
  turn(viewer: Viewer, turn: string): Promise<Turn>;
  stop(viewer: Viewer, turn: string): Promise<TurnState>;
  continue(viewer: Viewer, turn: string): Promise<boolean>;
  regenerate(
    viewer: Viewer,
    turn: string,
    options: { model: string | null; allowOutside: boolean },
  ): Promise<Receipt>;
  /** Sets a conversation's model. Throws "consent_required" when that would take a local one outside. */
  chooseModel(
    viewer: Viewer,
    conversation: string,
    options: { model: string | null; allowOutside: boolean },
  ): Promise<Conversation>;
  /** All connected providers' models, by provider; what cannot be reached is left out. */
  models(signal: AbortSignal): Promise<readonly ListedModel[]>;
  providers(signal: AbortSignal): Promise<readonly ProviderState[]>;
  /** The `provider/model` that answers when nobody asks for one. */
  defaultModel(): Promise<string>;
  /**
   * Passes an OpenAI-shaped request to its provider; kept only in the ledger, and ended with its client.
   * Throws "over_budget", "invalid" (an unknown model), `ProviderError`.
   */
  relay(
    caller: { workspace: string; person: string | null },
    request: RelayRequest,
    signal: AbortSignal,
    ending?: RelayEnding,
  ): Promise<RelayedCall>;
  /**
   * Answers, posts, takes over from the lost. After `draining` it claims no more and resolves when what is at work has
   * ended and is posted; after `signal` it lets that go at once.
   */
  run(draining: AbortSignal, signal: AbortSignal): Promise<void>;
}
