/** Everything the chat page knows, as signals: drawn by the parts, changed by the actions beside this file. */
import { type Signal, signal } from "@preact/signals";
import type { WireConversation, WireMessage, WireModel } from "../../server/domain/wire.ts";
import type { ChatPageData } from "../page_data.ts";
import type { Clock } from "../text/format.ts";
import type { ParseMarkdown } from "../text/markdown_tree.ts";
import { createPreferences, type Preferences } from "./preferences.ts";

/** A message of our own that the server has not accepted yet. */
export interface Outgoing {
  /** Of the picture in the thread; also the idempotency key, so that sending it again cannot ask twice. */
  readonly key: string;
  readonly text: string;
  readonly model: string | null;
  /** The message it takes the place of. */
  readonly replaces: string | null;
  /** What goes with it; the bytes are with `kept_files.ts`, or with the message that it replaces. */
  readonly files: WireMessage["attachments"];
  readonly state: "sending" | "waiting" | "refused";
  /** Why it was refused. */
  readonly problem: string | null;
  readonly createdAt: string;
}

/** An answer as far as it has come. */
export interface LiveAnswer {
  readonly text: string;
  readonly reasoning: string;
  /** What was painted before the last words came, for their fading in. */
  readonly paintedLength: number;
  readonly startedAtMs: number;
  readonly isStopping: boolean;
}

/** One thing said to the person, with what can be done about it. */
export interface Note {
  readonly tone: "bad" | "warn" | "info" | "brass";
  readonly title: string;
  readonly detail: string;
  readonly actions: readonly { readonly label: string; readonly run: () => void }[];
}

/** What was done to conversations a moment ago and can be taken back. */
export interface Undo {
  readonly deed: "deleted" | "archived" | "unarchived";
  readonly conversations: readonly WireConversation[];
  readonly untilMs: number;
}

export interface ChatState {
  readonly conversations: Signal<readonly WireConversation[]>;
  readonly conversationsNext: Signal<string | null>;
  /** Whether the list shows what was archived, instead of the rest. */
  readonly isArchive: Signal<boolean>;
  /** Ids of the conversations that were picked out of the list; null while none are being picked. */
  readonly picked: Signal<ReadonlySet<string> | null>;
  readonly current: Signal<WireConversation | null>;
  readonly messages: Signal<readonly WireMessage[]>;
  readonly olderCursor: Signal<string | null>;
  readonly isLoadingOlder: Signal<boolean>;
  readonly outbox: Signal<readonly Outgoing[]>;
  /** By turn. */
  readonly live: Signal<ReadonlyMap<string, Signal<LiveAnswer>>>;
  readonly models: readonly WireModel[];
  readonly defaultModel: string | null;
  /** Chosen for a conversation that does not exist yet. */
  readonly chosenModel: Signal<string | null>;
  readonly isOffline: Signal<boolean>;
  /** Said to screen readers. */
  readonly status: Signal<string>;
  readonly note: Signal<Note | null>;
  readonly undo: Signal<Undo | null>;
  /** The own message that is being rewritten. */
  readonly editing: Signal<string | null>;
  /** Turns whose interruption was read and left as it is. */
  readonly left: Signal<ReadonlySet<string>>;
  readonly renaming: Signal<WireConversation | null>;
  /** The dialog that is open or on its way. */
  readonly dialog: Signal<"search" | "settings" | null>;
  readonly preferences: Preferences;
  readonly clock: Signal<Clock>;
  /** Null until the reader of Markdown is there; text is shown as it is written meanwhile. */
  readonly parseMarkdown: Signal<ParseMarkdown | null>;
  readonly signedIn: boolean;
  readonly version: string;
}

export function createChatState(data: ChatPageData): ChatState {
  return {
    conversations: signal(data.conversations),
    conversationsNext: signal(data.conversationsNext),
    isArchive: signal(false),
    picked: signal(null),
    current: signal(data.current),
    messages: signal(data.messages),
    olderCursor: signal(data.messagesNext),
    isLoadingOlder: signal(false),
    outbox: signal([]),
    live: signal(new Map()),
    models: data.models,
    defaultModel: data.defaultModel,
    chosenModel: signal(null),
    isOffline: signal(false),
    status: signal(""),
    note: signal(null),
    undo: signal(null),
    editing: signal(null),
    left: signal(new Set()),
    renaming: signal(null),
    dialog: signal(null),
    preferences: createPreferences(),
    clock: signal({ nowMs: data.nowMs, timeZone: data.timeZone }),
    parseMarkdown: signal(null),
    signedIn: data.signedIn,
    version: data.version,
  };
}

/** `provider/model` that the next message goes to. */
export function nextModel(chat: ChatState): string | null {
  return (chat.current.value ? chat.current.value.model : chat.chosenModel.value) ?? chat.defaultModel;
}

/** The last ones that something was said in, newest first. The list has the pinned ones first and is in order otherwise. */
export function newest(conversations: readonly WireConversation[], count: number): WireConversation[] {
  const pinned = conversations.filter((conversation) => conversation.pinned);
  return [...pinned, ...conversations.slice(pinned.length, pinned.length + count)]
    .sort((a, b) => a.updated_at < b.updated_at ? 1 : -1)
    .slice(0, count);
}

/** The name people know a model by. */
export function modelName(models: readonly WireModel[], ref: string): string {
  const model = models.find(({ id }) => id === ref);
  return model?.name ?? ref.slice(ref.indexOf("/") + 1);
}

/** The turn that is being answered in the conversation on the page, if any. */
export function runningTurn(chat: ChatState): string | null {
  const running = chat.messages.value.findLast((message) => message.role === "assistant" && isOpenState(message.state));
  return running?.turn_id ?? null;
}

/** What the id of a message begins with until the server has told its own. */
export const notStored = "sent:";

export function isOpenState(state: WireMessage["state"]): boolean {
  return state === "queued" || state === "running";
}
