/** What the server hands to a page: the same data draws the first picture there and goes on living in the browser. */
import type { WireConversation, WireMessage, WireModel } from "../server/domain/wire.ts";

export interface ChatPageData {
  /** The first page of the list, as `GET /api/conversations` has it, and the cursor to the next. */
  readonly conversations: readonly WireConversation[];
  readonly conversationsNext: string | null;
  /** Null: a new conversation. */
  readonly current: WireConversation | null;
  /** The end of the active branch, oldest first, and the cursor to what is older. */
  readonly messages: readonly WireMessage[];
  readonly messagesNext: string | null;
  readonly models: readonly WireModel[];
  /** `provider/model` that answers when nobody asks for one. */
  readonly defaultModel: string | null;
  readonly version: string;
  /** True where a key is needed, so that there is something to sign out of. */
  readonly signedIn: boolean;
  readonly nowMs: number;
  /** The server's, IANA; the browser goes on with its own. */
  readonly timeZone: string;
}

/** What `build/ui.ts` writes to `manifest.json`: file names in the folder that is served below `base`. */
export interface Assets {
  /** "/assets/" */
  readonly base: string;
  readonly style: string;
  readonly icon: string;
  readonly touchIcon: string;
  /** For installing it as an app. */
  readonly webManifest: string;
  /** Runs before the first paint. */
  readonly theme: string;
  readonly chat: Entry;
  readonly signIn: Entry;
}

export interface Entry {
  readonly script: string;
  /** What it imports, to be fetched at the same time. */
  readonly preload: readonly string[];
  /** What it imports only when there are messages to show. */
  readonly later: readonly string[];
}
