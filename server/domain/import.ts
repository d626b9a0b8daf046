/** A conversation that another program has exported, as the store takes it over. */
import type { Attachment, Role } from "./message.ts";

export interface ImportedMessage {
  /** In the source; unique in its conversation. */
  readonly sourceId: string;
  /** Position in the list of the message before it, always a smaller one; null at the beginning. */
  readonly parent: number | null;
  readonly role: Role;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly createdAt: number;
}

export interface ImportedConversation {
  /** Where it lived: "chatgpt", "claude". */
  readonly source: string;
  /** In the source; with the person, it is what makes a second import the same conversation. */
  readonly sourceId: string;
  readonly title: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** A tree, parents first; never empty. */
  readonly messages: readonly ImportedMessage[];
  /** Position of the last message of the branch that was shown. */
  readonly leaf: number;
}

/** What became of it. "present": it is there since an earlier import, and nothing was changed. */
export type ImportOutcome = "imported" | "present";
