/** A conversation: a tree of messages of which one branch is active, and how it is found again. */
import type { ImportedConversation, ImportOutcome } from "./import.ts";
import type { Attachment, PathMessage, Role, Summary } from "./message.ts";
import type { Reach, TurnState, Viewer } from "./turn.ts";

/** How long a deletion can be undone. */
export const undoMs = 30_000;

export interface Conversation {
  readonly id: string;
  readonly title: string | null;
  /** Where it lives: "web", "rest", "cli", "discord", … */
  readonly platform: string;
  readonly person: string;
  readonly isPinned: boolean;
  readonly isArchived: boolean;
  /** `provider/model` last asked for; null: the default. */
  readonly model: string | null;
  readonly reach: Reach | null;
  readonly createdAt: number;
  /** Of the last message. */
  readonly updatedAt: number;
}

/** A message as people see it. Running and interrupted answers have the text shown so far. */
export interface ShownMessage {
  readonly id: string;
  readonly number: number;
  readonly role: Role;
  readonly author: string | null;
  readonly text: string;
  readonly reasoning: string;
  /** The turn that makes or has made this answer, or that answers this question; null for what was only overheard. */
  readonly turn: string | null;
  /** "done" for every question. */
  readonly state: TurnState;
  readonly notice: string | null;
  readonly errorCode: string | null;
  readonly retryable: boolean;
  /** `provider/model` that answered. */
  readonly model: string | null;
  readonly costMicroUsd: number | null;
  /** In and out together; left out where the answer has no record. */
  readonly tokens?: number | null;
  /** From acceptance to the end; left out where the answer has no record. */
  readonly totalMs?: number | null;
  readonly attachments: readonly { readonly name: string; readonly mediaType: string; readonly bytes: number }[];
  /** Messages that stand at the same point of the tree, by number, this one among them. */
  readonly variants: readonly string[];
  readonly createdAt: number;
}

export interface SearchHit {
  readonly conversation: string;
  readonly title: string | null;
  readonly message: string;
  readonly role: Role;
  /** The words around the hit. */
  readonly excerpt: string;
  /** [start, end) of each hit in `excerpt`, in UTF-16 units. */
  readonly highlights: readonly (readonly [number, number])[];
  readonly createdAt: number;
}

/** A page of a listing; `next` is handed back to get the one after it, null at the end. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

export interface ConversationStore {
  /** Pinned first, then the newest. Throws "invalid" for a cursor that is not ours. */
  list(
    viewer: Viewer,
    options: { limit: number; cursor: string | null; archived: boolean },
  ): Promise<Page<Conversation>>;
  /** Throws "not_found", also for another's. */
  get(viewer: Viewer, id: string): Promise<Conversation>;
  /** Throws "not_found". */
  update(
    viewer: Viewer,
    id: string,
    change: {
      title?: string;
      isPinned?: boolean;
      isArchived?: boolean;
      model?: string | null;
      allowOutside?: true;
    },
  ): Promise<Conversation>;
  /** Hides it at once; `purge` takes it away for good. Throws "not_found". */
  delete(viewer: Viewer, id: string): Promise<void>;
  /** Undoes `delete`. Throws "not_found" once purged. */
  restore(viewer: Viewer, id: string): Promise<Conversation>;
  /** Takes away what was deleted more than `olderThanMs` ago and has no open turn. Ledger rows stay. Returns how many. */
  purge(olderThanMs: number): Promise<number>;
  /** The active branch, oldest first. `cursor` null: from the beginning. Throws "not_found". */
  messages(
    viewer: Viewer,
    id: string,
    options: { limit: number; cursor: string | null },
  ): Promise<Page<ShownMessage>>;
  /** The end of the active branch, oldest first; `next` leads to what is older. Throws "not_found". */
  lastMessages(
    viewer: Viewer,
    id: string,
    options: { limit: number; cursor: string | null },
  ): Promise<Page<ShownMessage>>;
  /** One file of a message, counted from 0. Throws "not_found", also for another's. */
  attachment(viewer: Viewer, message: string, position: number): Promise<Attachment>;
  /** Makes the branch through this message the active one, down to its newest leaf. Throws "not_found". */
  switchTo(viewer: Viewer, message: string): Promise<void>;
  /**
   * The ancestors of a message from `number` on downwards, newest first, the message itself included. Files that are no
   * images come without their bytes: a prompt takes their text.
   */
  path(conversation: string, from: number, limit: number): Promise<PathMessage[]>;
  /** How many messages of the active branch stand before `number`. */
  countBefore(conversation: string, number: number): Promise<number>;
  /** The furthest-reaching summary that covers only ancestors of message `number`; undefined when there is none. */
  summary(conversation: string, number: number): Promise<Summary | undefined>;
  /** Takes over a conversation of another program for this person, all or nothing, once. Throws "conflict". */
  importConversation(
    owner: { readonly workspace: string; readonly person: string },
    conversation: ImportedConversation,
  ): Promise<ImportOutcome>;
  /** Newest first. Words are matched whole, the last one also as a beginning. */
  search(
    viewer: Viewer,
    query: string,
    options: { limit: number; cursor: string | null },
  ): Promise<Page<SearchHit>>;
  /** Notes how far a conversation has gone: "outside" stays. */
  setReach(id: string, reach: Reach): Promise<void>;
}
