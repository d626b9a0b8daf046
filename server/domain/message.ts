/** What is said, by whom, and where: the entities that everything else is about. */

/** A file that came with a message. Bytes are kept as they came. */
export interface Attachment {
  readonly name: string;
  /** IANA media type, e.g. "image/png". */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** What it says, taken out on this machine, with marks such as "[Page 3 of 12]"; none for images. */
  readonly text?: string | null;
}

/** Who wrote a message, as its platform knows them. */
export interface Author {
  /** `local`, `rest:{user_id}`, `discord:{id}`, `slack:{team}:{user}`, `oidc:{issuer}|{sub}`. */
  readonly identity: string;
  readonly name: string;
  readonly isBot: boolean;
}

/** A message as a platform hands it in. */
export interface Incoming {
  readonly workspace: string;
  /** "web", "rest", "cli", "discord", … */
  readonly platform: string;
  /** Unique in (workspace, platform) and the same in every replay of the event: the deduplication key. */
  readonly externalId: string;
  readonly author: Author;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  /** False for what is only overheard: stored, not answered. */
  readonly addressed: boolean;
  /** `{platform}:{channel}[:{thread}]`, where answers are posted; null where people watch live (web, REST, command line). */
  readonly place: string | null;
  /** Goes on in this conversation. Null: the place's current one, or a new one. */
  readonly conversation: string | null;
  /** The message that this one takes the place of: an edit, which branches the conversation. */
  readonly replaces: string | null;
  /** `provider/model` asked for by the person; null: the conversation's, then the default. */
  readonly model: string | null;
  /** The person's yes: this conversation may leave the machine. */
  readonly allowOutside: boolean;
}

/** What became of an incoming message. */
export interface Receipt {
  readonly conversation: string;
  readonly message: string;
  /** The turn that answers it; null when it was not addressed to us. */
  readonly turn: string | null;
  /** False when an earlier call has stored this message already. */
  readonly isNew: boolean;
}

export type Role = "user" | "assistant";

/** A message on the path that leads to a question, as the prompt needs it. */
export interface PathMessage {
  /** Position in the conversation; a message's ancestors have smaller ones. */
  readonly number: number;
  /** The number of the message before it on the path; 0 at the beginning. */
  readonly parent: number;
  readonly role: Role;
  /** An answer that was never finished has the text shown so far. */
  readonly text: string;
  readonly author: string | null;
  readonly attachments: readonly Attachment[];
}

/** What takes the place of a path's beginning in the prompt. */
export interface Summary {
  /** The last message that the summary covers. */
  readonly throughNumber: number;
  readonly text: string;
}
