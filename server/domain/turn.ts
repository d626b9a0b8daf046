/** One answer being made: a durable record from the moment a message is accepted until it is delivered. */
import type { Usage } from "./ledger.ts";
import type { Attachment, Incoming, Receipt } from "./message.ts";

export type TurnState = "queued" | "running" | "done" | "stopped" | "failed" | "interrupted";

/** Answers are ordered and exclusive in their conversation; the others are background work for it. */
export type TurnKind = "answer" | "title" | "summary";

/** Text is the answer itself; reasoning is what the model thought aloud before it. */
export type Channel = "text" | "reasoning";

/** A piece of an answer. `position` counts the UTF-16 units of its channel before it, so any prefix can be resumed. */
export interface Chunk {
  readonly channel: Channel;
  readonly position: number;
  readonly text: string;
}

/**
 * The right to write to one turn. `attempt` is the fencing token: it grows with every claim, every
 * write names it, and a write that names an old one changes nothing.
 */
export interface Claim {
  readonly workspace: string;
  readonly turn: string;
  readonly attempt: number;
  readonly kind: TurnKind;
  readonly conversation: string;
  readonly platform: string;
  /** For a summary: the number of the last message it is to cover. */
  readonly through: number;
  /** The message that is answered. */
  readonly question: { readonly id: string; readonly number: number; readonly text: string };
  /** The person whose message it is. */
  readonly person: string;
  /** `provider/model` that the person asked for, in this turn or earlier in the conversation. */
  readonly model: string | null;
  readonly reach: Reach | null;
  /** Whether the conversation has a title. */
  readonly isTitled: boolean;
  /** What earlier attempts have shown already; the answer goes on from here. */
  readonly prefix: string;
  /** The reasoning that earlier attempts have shown. */
  readonly reasoning: string;
  readonly acceptedAt: number;
}

/** How far a conversation may go: "local" never leaves the machine unless the person says so; null until first answered. */
export type Reach = "local" | "outside";

/** How and why an answer came about: what "why" shows. */
export interface TurnRecord {
  /** `provider/model` that answered. */
  readonly model: string;
  /** Why this model: "asked for", "default", "fallback: …". */
  readonly route: string;
  readonly isLocal: boolean;
  /** Messages of the path that the model did not get word for word. */
  readonly omittedMessages: number;
  /** Whether a summary stood in for them. */
  readonly summarised: boolean;
  readonly promptTokens: number;
  readonly usage: Usage | null;
  readonly costMicroUsd: number | null;
  /** The provider's word for how it ended: "stop", "length", "content_filter". */
  readonly finishReason: string | null;
  /** Said to the person beside the answer: truncation, fallback, cut off. */
  readonly notices: readonly string[];
  /** From acceptance. */
  readonly firstTextMs: number | null;
  readonly totalMs: number;
}

/** How an answer ended. */
export interface Ending {
  readonly state: "done" | "stopped" | "failed";
  readonly text: string;
  readonly reasoning?: string;
  /** Shown and posted below the text: why there is no more of it. */
  readonly notice?: string;
  /** For a failure: the stable code that `error` events carry. */
  readonly errorCode?: string;
  readonly retryable?: boolean;
  readonly record?: TurnRecord;
}

/** What a call has cost, once known. A fact: taken from anyone, late. */
export interface Settlement {
  /** 0 for the first call of the attempt. */
  readonly call: number;
  /** Null: the price is unknown. */
  readonly costMicroUsd: number | null;
  readonly usage: Usage | null;
}

/** The rules that every way to end a turn follows. */
export interface EndPolicy {
  /** After so many attempts that showed nothing, the turn fails instead of being tried again. */
  readonly maxTries: number;
  /** What people read when a turn has failed without a word. */
  readonly failureNotice: string;
  /** The parts in which a text is posted at a place; none where people watch live. */
  readonly render: (platform: string, text: string) => readonly string[];
  /** Where nobody can press "continue" (chat platforms) an interrupted turn goes on by itself. */
  readonly continuesByItself: (platform: string) => boolean;
}

/** A turn as it stands in the store. */
export interface Turn {
  readonly id: string;
  readonly workspace: string;
  readonly conversation: string;
  readonly kind: TurnKind;
  readonly state: TurnState;
  readonly variant: number;
  readonly question: string;
  readonly answer: string | null;
  readonly person: string;
  readonly attempt: number;
  /** Characters of the answer that anyone may have seen. */
  readonly shown: number;
  /** Why it failed, was interrupted or waits. */
  readonly reason: string | null;
  readonly errorCode: string | null;
  readonly retryable: boolean;
  readonly notice: string | null;
  readonly record: TurnRecord | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

/** One look at a turn from positions on: a single snapshot. */
export interface TurnSnapshot {
  readonly turn: Turn;
  /** The answer's text after the asked position. */
  readonly text: string;
  readonly reasoning: string;
}

/**
 * The life of a turn in the store; drawn in `docs/architecture.md`. Every method is one transaction, every write
 * by an owner names its attempt, and a repeat of a call changes nothing. What names a claim throws `ChatError`
 * "lease_lost" when another has the turn or it has ended.
 */
export interface TurnStore {
  /**
   * Stores the message, its person, its conversation and the turn that answers it. Resolves when committed.
   * Throws "not_found" for a conversation or replaced message that `viewer` may not see (null: the place decides),
   * "conflict" when the external id was used for another text, "consent_required" when `model` would take a local
   * conversation outside.
   */
  accept(incoming: Incoming, options: { viewer: Viewer | null; asksOutside: boolean }): Promise<Receipt>;
  /** Another answer to the same question, as a new branch. Throws "not_found". */
  regenerate(
    viewer: Viewer,
    turn: string,
    options: { model: string | null; asksOutside: boolean; allowOutside: boolean },
  ): Promise<Receipt>;
  /** Queues background work for the conversation of this turn's question; false when it was queued before. */
  enqueue(claim: Claim, kind: Exclude<TurnKind, "answer">, variant: number): Promise<boolean>;
  /** The oldest answer (or background turn) that is due, now owned for `leaseMs`; undefined when none waits. */
  claim(options: { owner: string; leaseMs: number; background: boolean }): Promise<Claim | undefined>;
  /** Keeps the lease; true when someone asked to stop. */
  renew(claim: Claim, leaseMs: number): Promise<boolean>;
  /** Stores a piece; only afterwards may anyone see it. True when someone asked to stop. */
  append(claim: Claim, chunk: Chunk, leaseMs: number): Promise<boolean>;
  /** The final message, its deliveries, the settlements and the record, all or nothing. */
  finish(claim: Claim, ending: Ending, settlements: readonly Settlement[], policy: EndPolicy): Promise<void>;
  /** The owner gives up. Nothing shown yet: queued again; else interrupted; a stop that was asked for is heard. */
  release(
    claim: Claim,
    options: { reason: string; errorCode: string; settlements: readonly Settlement[] },
    policy: EndPolicy,
  ): Promise<TurnState>;
  /** What an owner that lost its lease may still do: say what its calls have cost. */
  settle(claim: Claim, settlements: readonly Settlement[]): Promise<void>;
  /** Ends a waiting turn at once; asks the owner of a running one. Throws "not_found". */
  stop(viewer: Viewer, turn: string, policy: EndPolicy): Promise<TurnState>;
  /** Puts an interrupted turn at the end of its conversation's queue. False when it is not interrupted. Throws "not_found". */
  continue(viewer: Viewer, turn: string): Promise<boolean>;
  /**
   * Takes back the turns whose lease has run out; with `othersAreDead` (a store that one process holds alone), at
   * once those of any other owner. Returns their ids.
   */
  recover(options: RecoverOptions, policy: EndPolicy): Promise<string[]>;
  /** One statement, so one snapshot. Undefined when there is no such turn. */
  read(viewer: Viewer, turn: string, from: { text: number; reasoning: number }): Promise<TurnSnapshot | undefined>;
  /** Turns that are not at rest, for shutting down and for health. */
  countOpen(): Promise<{ queued: number; running: number }>;
  /** The files of a message, in order. */
  attachments(message: string): Promise<Attachment[]>;
}

/** Who takes back what the lost have left. */
export interface RecoverOptions {
  readonly owner: string;
  readonly othersAreDead: boolean;
  /**
   * How long a lease is. A database server that was away let leases run out whose owners live: for that long after
   * its start nothing is taken back, so that they can renew.
   */
  readonly leaseMs?: number;
}

/** Who looks. `person` null sees everything in the workspace: where nobody signs in, and for its administrators. */
export interface Viewer {
  readonly workspace: string;
  readonly person: string | null;
}

/** True while text may still come. */
export function isOpen(state: TurnState): boolean {
  return state === "queued" || state === "running";
}
