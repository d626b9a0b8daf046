/** The list of conversations: keeping it up to date, renaming, pinning, archiving and deleting with time to think again. */
import { batch } from "@preact/signals";
import type { WireConversation } from "../../server/domain/wire.ts";
import { ApiError, callJson } from "../net/api.ts";
import type { ChatState, Undo } from "./chat_state.ts";
import type { Connection } from "./connection.ts";

export interface ConversationList {
  /** Reads the current conversation again, and puts it where it belongs. */
  refresh(id: string): Promise<void>;
  /** Asks for the title for a while: it is made after the first answer. */
  awaitTitle(id: string): Promise<void>;
  loadMore(): Promise<void>;
  rename(conversation: WireConversation, title: string): void;
  pin(conversation: WireConversation, pinned: boolean): void;
  remove(conversations: readonly WireConversation[]): void;
  archive(conversations: readonly WireConversation[], archived: boolean): void;
  undo(): void;
  /** Lists what was archived, or the rest again. */
  showArchive(isArchive: boolean): Promise<void>;
  /** Shows again, after a page change, what can still be undone. */
  resume(): void;
}

const pageSize = 100;
const undoMs = 30_000;
const undoKey = "undo";
const titleWaitsMs = [1_000, 2_000, 4_000, 8_000, 15_000];

interface Page {
  readonly conversations: readonly WireConversation[];
  readonly next: string | null;
}

export function createConversationList(chat: ChatState, connection: Connection): ConversationList {
  let undoTimer: ReturnType<typeof setTimeout> | undefined;
  let isLoading = false;

  function put(conversation: WireConversation): void {
    const others = chat.conversations.value.filter(({ id }) => id !== conversation.id);
    chat.conversations.value = conversation.archived === chat.isArchive.value
      ? [...others, conversation].sort(byPlace)
      : others;
    if (chat.current.value?.id === conversation.id) chat.current.value = conversation;
  }

  async function tryCall<T>(call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (connection.lost(error)) return undefined;
      if (!(error instanceof ApiError)) throw error;
      chat.note.value = { tone: "bad", title: error.message, detail: "Nothing was changed.", actions: [] };
      return undefined;
    }
  }

  async function patch(id: string, body: Readonly<Record<string, unknown>>): Promise<void> {
    const changed = await tryCall(() =>
      callJson<WireConversation>(`/api/conversations/${id}`, { method: "PATCH", body })
    );
    if (changed) put(changed);
  }

  async function refresh(id: string): Promise<void> {
    const read = await tryCall(() => callJson<WireConversation>(`/api/conversations/${id}`));
    if (read) put(read);
  }

  /** Does it to one after the other; returns those that it was done to. */
  async function each(
    conversations: readonly WireConversation[],
    call: (id: string) => Promise<unknown>,
  ): Promise<WireConversation[]> {
    const done: WireConversation[] = [];
    for (const conversation of conversations) {
      const isDone = await tryCall(async () => {
        await call(conversation.id);
        return true;
      });
      if (!isDone) break;
      done.push(conversation);
    }
    return done;
  }

  async function remove(conversations: readonly WireConversation[]): Promise<void> {
    const removed = await each(conversations, (id) => callJson(`/api/conversations/${id}`, { method: "DELETE" }));
    takeOut(removed, "deleted");
    if (removed.some(({ id }) => id === chat.current.value?.id)) location.assign("/");
  }

  async function archive(conversations: readonly WireConversation[], archived: boolean): Promise<void> {
    const moved = await each(
      conversations,
      (id) => callJson(`/api/conversations/${id}`, { method: "PATCH", body: { archived } }),
    );
    takeOut(moved, archived ? "archived" : "unarchived");
    const current = chat.current.value;
    if (current && moved.some(({ id }) => id === current.id)) chat.current.value = { ...current, archived };
  }

  function takeOut(gone: readonly WireConversation[], deed: Undo["deed"]): void {
    if (gone.length === 0) return;
    const ids = new Set(gone.map(({ id }) => id));
    const undo: Undo = { deed, conversations: gone, untilMs: Date.now() + undoMs };
    sessionStorage.setItem(undoKey, JSON.stringify(undo));
    chat.conversations.value = chat.conversations.value.filter(({ id }) => !ids.has(id));
    chat.picked.value = null;
    resume();
  }

  function resume(): void {
    const stored = sessionStorage.getItem(undoKey);
    if (stored === null) return;
    const undo: Undo = JSON.parse(stored);
    clearTimeout(undoTimer);
    if (undo.untilMs <= Date.now()) return forget();
    chat.undo.value = undo;
    undoTimer = setTimeout(forget, undo.untilMs - Date.now());
  }

  function forget(): void {
    clearTimeout(undoTimer);
    sessionStorage.removeItem(undoKey);
    chat.undo.value = null;
  }

  async function undo(): Promise<void> {
    const { deed, conversations } = chat.undo.value ?? { deed: "deleted", conversations: [] };
    const restored = await each(
      conversations,
      (id) =>
        deed === "deleted"
          ? callJson(`/api/conversations/${id}/restore`, { method: "POST" })
          : callJson(`/api/conversations/${id}`, { method: "PATCH", body: { archived: deed === "unarchived" } }),
    );
    if (restored.length < conversations.length) return;
    forget();
    for (const { id } of restored) await refresh(id);
  }

  async function readPage(cursor: string | null): Promise<Page | undefined> {
    const from = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    return await tryCall(() =>
      callJson<Page>(`/api/conversations?limit=${pageSize}&archived=${chat.isArchive.value}${from}`)
    );
  }

  return {
    refresh,
    async awaitTitle(id) {
      for (const waitMs of titleWaitsMs) {
        if (chat.current.value?.id !== id || chat.current.value.title !== null) return;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        await refresh(id);
      }
    },
    async loadMore() {
      const cursor = chat.conversationsNext.value;
      if (cursor === null || isLoading) return;
      isLoading = true;
      const page = await readPage(cursor);
      isLoading = false;
      if (!page || chat.conversationsNext.value !== cursor) return;
      const have = new Set(chat.conversations.value.map(({ id }) => id));
      chat.conversations.value = [
        ...chat.conversations.value,
        ...page.conversations.filter(({ id }) => !have.has(id)),
      ];
      chat.conversationsNext.value = page.next;
    },
    rename: (conversation, title) => void patch(conversation.id, { title }),
    pin: (conversation, pinned) => void patch(conversation.id, { pinned }),
    remove: (conversations) => void remove(conversations),
    archive: (conversations, archived) => void archive(conversations, archived),
    undo: () => void undo(),
    async showArchive(isArchive) {
      batch(() => {
        chat.isArchive.value = isArchive;
        chat.picked.value = null;
        chat.conversations.value = [];
        chat.conversationsNext.value = null;
      });
      const page = await readPage(null);
      if (!page || chat.isArchive.value !== isArchive) return;
      batch(() => {
        chat.conversations.value = page.conversations;
        chat.conversationsNext.value = page.next;
      });
    },
    resume,
  };
}

/** As the server lists them: pinned first, then the newest. */
function byPlace(a: WireConversation, b: WireConversation): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  return a.updated_at < b.updated_at ? 1 : a.updated_at > b.updated_at ? -1 : 0;
}
