/** The list of conversations: keeping it up to date, renaming, pinning, deleting with thirty seconds to think again. */
import type { WireConversation } from "../../server/domain/wire.ts";
import { ApiError, callJson } from "../net/api.ts";
import type { ChatState } from "./chat_state.ts";
import type { Connection } from "./connection.ts";

export interface ConversationList {
  /** Reads the current conversation again, and puts it where it belongs. */
  refresh(id: string): Promise<void>;
  /** Asks for the title for a while: it is made after the first answer. */
  awaitTitle(id: string): Promise<void>;
  loadMore(): Promise<void>;
  rename(conversation: WireConversation, title: string): void;
  pin(conversation: WireConversation, pinned: boolean): void;
  remove(conversation: WireConversation): void;
  undoRemove(): void;
  /** Shows again, after a page change, what can still be undone. */
  resume(): void;
}

const undoMs = 30_000;
const undoKey = "undo";
const titleWaitsMs = [1_000, 2_000, 4_000, 8_000, 15_000];

export function createConversationList(chat: ChatState, connection: Connection): ConversationList {
  let undoTimer: ReturnType<typeof setTimeout> | undefined;
  let isLoading = false;

  function put(conversation: WireConversation): void {
    const others = chat.conversations.value.filter(({ id }) => id !== conversation.id);
    chat.conversations.value = [...others, conversation].sort(byPlace);
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

  async function remove(conversation: WireConversation): Promise<void> {
    const removed = await tryCall(async () => {
      await callJson(`/api/conversations/${conversation.id}`, { method: "DELETE" });
      return true;
    });
    if (!removed) return;
    sessionStorage.setItem(undoKey, JSON.stringify({ conversation, untilMs: Date.now() + undoMs }));
    if (chat.current.value?.id === conversation.id) location.assign("/");
    else {
      chat.conversations.value = chat.conversations.value.filter(({ id }) => id !== conversation.id);
      resume();
    }
  }

  function resume(): void {
    const stored = sessionStorage.getItem(undoKey);
    if (stored === null) return;
    const undo: { conversation: WireConversation; untilMs: number } = JSON.parse(stored);
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

  async function undoRemove(): Promise<void> {
    const undo = chat.undo.value;
    if (!undo) return;
    const restored = await tryCall(() =>
      callJson<WireConversation>(`/api/conversations/${undo.conversation.id}/restore`, { method: "POST" })
    );
    if (!restored) return;
    forget();
    await refresh(undo.conversation.id);
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
      const page = await tryCall(() =>
        callJson<{ conversations: readonly WireConversation[]; next: string | null }>(
          `/api/conversations?limit=50&cursor=${encodeURIComponent(cursor)}`,
        )
      );
      isLoading = false;
      if (!page) return;
      const have = new Set(chat.conversations.value.map(({ id }) => id));
      chat.conversations.value = [
        ...chat.conversations.value,
        ...page.conversations.filter(({ id }) => !have.has(id)),
      ];
      chat.conversationsNext.value = page.next;
    },
    rename: (conversation, title) => void patch(conversation.id, { title }),
    pin: (conversation, pinned) => void patch(conversation.id, { pinned }),
    remove: (conversation) => void remove(conversation),
    undoRemove: () => void undoRemove(),
    resume,
  };
}

/** As the server lists them: pinned first, then the newest. */
function byPlace(a: WireConversation, b: WireConversation): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  return a.updated_at < b.updated_at ? 1 : a.updated_at > b.updated_at ? -1 : 0;
}
