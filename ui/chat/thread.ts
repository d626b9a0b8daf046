/** The thread as the server has it, with what is on its way put on top: sending, following, reading further up. */
import { batch } from "@preact/signals";
import type { WireConversation, WireMessage } from "../../server/domain/wire.ts";
import { filesOfMessage } from "../attach/attached.ts";
import { keepFiles, keptFiles } from "../attach/kept_files.ts";
import { ApiError, callApi, callJson, NoConnection } from "../net/api.ts";
import { type ChatState, isOpenState, nextModel, notStored, type Outgoing } from "./chat_state.ts";
import type { Connection } from "./connection.ts";
import { loadOutbox, saveOutbox } from "./drafts.ts";
import type { Follower } from "./follow_answer.ts";

export interface Thread {
  /** Sends, or keeps for when the server is back. */
  post(text: string, replaces: WireMessage | null, files?: readonly File[]): void;
  /** Tries what was refused or waits once more. */
  sendAgain(key: string): void;
  /** Takes back what was not accepted; its text, and the files that it was to bring. */
  discard(key: string): Promise<{ text: string; files: readonly File[] }>;
  /** Sends what waits, in order. */
  flush(): Promise<void>;
  /** Sends again what a refresh has cut off, and goes on with what is being answered. */
  resume(): void;
  /** Makes the page equal to the store, and follows what is being answered. */
  reconcile(): Promise<void>;
  /** `before` runs just before the older messages are put in front. */
  loadOlder(before: () => void): Promise<void>;
}

export interface ThreadLinks {
  readonly connection: Connection;
  readonly follower: Follower;
  /** The conversation came to be with its first message. */
  readonly onNew: (id: string) => Promise<void>;
  readonly onChange: () => void;
}

const pageSize = 50;

export function createThread(chat: ChatState, links: ThreadLinks): Thread {
  const { connection, follower } = links;
  let isFlushing = false;

  function setOutbox(outbox: readonly Outgoing[]): void {
    chat.outbox.value = outbox;
    saveOutbox(chat.current.value?.id ?? null, outbox);
  }

  function change(key: string, change: Partial<Outgoing>): void {
    setOutbox(chat.outbox.value.map((item) => item.key === key ? { ...item, ...change } : item));
  }

  function post(text: string, replaces: WireMessage | null, files: readonly File[] = []): void {
    const outgoing: Outgoing = {
      key: crypto.randomUUID(),
      text,
      // a conversation knows its model; a new one must be told
      model: chat.current.value ? null : nextModel(chat),
      replaces: replaces?.id ?? null,
      // an edit takes along what came with the message
      files: replaces?.attachments ?? files.map(({ name, type, size }) => ({ name, media_type: type, bytes: size })),
      state: "sending",
      problem: null,
      createdAt: new Date().toISOString(),
    };
    if (files.length > 0) void keepFiles(outgoing.key, files);
    batch(() => {
      if (replaces) {
        const at = chat.messages.value.findIndex(({ id }) => id === replaces.id);
        if (at >= 0) chat.messages.value = chat.messages.value.slice(0, at);
      }
      setOutbox([...chat.outbox.value, outgoing]);
    });
    void flush();
  }

  /** One after the other, in order: the second must not overtake the first. */
  async function flush(): Promise<void> {
    if (isFlushing) return;
    isFlushing = true;
    try {
      for (;;) {
        const next = chat.outbox.value.find(({ state }) => state !== "refused");
        if (!next || !(await deliver(next))) return;
      }
    } finally {
      isFlushing = false;
    }
  }

  /** True when it was accepted or refused, so that the next one may go. */
  async function deliver(outgoing: Outgoing): Promise<boolean> {
    if (outgoing.state !== "sending") change(outgoing.key, { state: "sending" });
    try {
      const response = await callApi(
        outgoing.replaces ? `/api/messages/${outgoing.replaces}/edit` : "/api/chat",
        {
          method: "POST",
          headers: { accept: "text/event-stream", "idempotency-key": outgoing.key },
          body: await bodyOf(outgoing),
        },
      );
      await new Promise<void>((accepted, failed) => {
        follower.follow(
          { turnId: null, from: { text: 0, reasoning: 0 }, first: response },
          ({ start }) => {
            accept(outgoing, start);
            accepted();
          },
        ).then(accepted, failed);
      });
      return true;
    } catch (error) {
      if (connection.lost(error)) {
        change(outgoing.key, { state: "waiting" });
        return false;
      }
      if (!(error instanceof ApiError)) throw error;
      change(outgoing.key, { state: "refused", problem: error.message });
      return true;
    }
  }

  /** Throws `NoConnection` when files of a message on the server cannot be had. */
  async function bodyOf(outgoing: Outgoing): Promise<FormData | Record<string, unknown>> {
    const fields = {
      message: outgoing.text,
      stream: true,
      ...(outgoing.replaces || !chat.current.value ? {} : { conversation_id: chat.current.value.id }),
      ...(outgoing.model ? { model: outgoing.model } : {}),
    };
    if (outgoing.files.length === 0) return fields;
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
    for (const file of await bytesOf(outgoing)) form.append("file", file);
    return form;
  }

  async function bytesOf({ key, replaces, files }: Outgoing): Promise<readonly File[]> {
    if (replaces === null) {
      const kept = await keptFiles(key);
      if (kept.length === files.length) return kept;
      throw new ApiError(410, "files_lost", "The browser has not kept the files: attach them again.", null);
    }
    try {
      return await filesOfMessage(replaces, files);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new NoConnection("The files of the message cannot be had", { cause: error });
    }
  }

  function accept(
    outgoing: Outgoing,
    start: { turn_id: string; conversation_id: string; message_id: string },
  ): void {
    const isNew = chat.current.value === null;
    if (outgoing.files.length > 0) void keepFiles(outgoing.key, []);
    batch(() => {
      const rest = chat.outbox.value.filter(({ key }) => key !== outgoing.key);
      if (isNew) {
        saveOutbox(null, []);
        chat.current.value = newConversation(start.conversation_id, outgoing);
      }
      setOutbox(rest);
      // until the store is read again, in a moment, the picture is made from what is known
      const known = { attachments: [], variants: [], notice: null, error_code: null, retryable: false };
      const shared = { ...known, model: null, cost_usd: null, reasoning: "", turn_id: start.turn_id };
      chat.messages.value = [
        ...chat.messages.value.filter(({ turn_id }) => turn_id !== start.turn_id),
        {
          ...shared,
          id: notStored + outgoing.key,
          attachments: outgoing.files,
          role: "user",
          author: null,
          text: outgoing.text,
          state: "done",
          created_at: outgoing.createdAt,
        },
        {
          ...shared,
          id: start.message_id,
          role: "assistant",
          author: null,
          text: "",
          state: "running",
          created_at: new Date().toISOString(),
        },
      ];
    });
    void (isNew ? links.onNew(start.conversation_id) : Promise.resolve()).then(reconcile).then(links.onChange);
  }

  async function reconcile(): Promise<void> {
    const id = chat.current.value?.id;
    if (id === undefined) return;
    for (let tries = 0; tries < 3; tries += 1) {
      const before = chat.messages.value;
      let page: { messages: readonly WireMessage[]; next: string | null };
      try {
        page = await callJson(`/api/conversations/${id}/messages?from=end&limit=${pageSize}`);
      } catch (error) {
        if (connection.lost(error) || error instanceof ApiError) return;
        throw error;
      }
      // something happened meanwhile: what was read may be older than what is shown
      if (chat.messages.value !== before && tries < 2) continue;
      merge(page);
      break;
    }
    followOpen();
  }

  function merge(page: { messages: readonly WireMessage[]; next: string | null }): void {
    const first = page.messages[0];
    const joint = first ? chat.messages.value.findIndex(({ id }) => id === first.id) : -1;
    batch(() => {
      if (joint <= 0) chat.olderCursor.value = page.next;
      chat.messages.value = [...chat.messages.value.slice(0, Math.max(0, joint)), ...page.messages];
    });
  }

  function followOpen(): void {
    for (const message of chat.messages.value) {
      if (message.role !== "assistant" || message.turn_id === null) continue;
      if (!isOpenState(message.state)) follower.leave(message.turn_id);
      else if (!follower.isFollowing(message.turn_id)) {
        const { text, reasoning } = message;
        void follower.follow({
          turnId: message.turn_id,
          from: { text: text.length, reasoning: reasoning.length },
          text,
          reasoning,
        }).catch((error) => {
          if (!connection.lost(error) && !(error instanceof ApiError)) throw error;
        });
      }
    }
  }

  async function loadOlder(before: () => void): Promise<void> {
    const id = chat.current.value?.id;
    const cursor = chat.olderCursor.value;
    if (id === undefined || cursor === null || chat.isLoadingOlder.value) return;
    chat.isLoadingOlder.value = true;
    try {
      const page = await callJson<{ messages: readonly WireMessage[]; next: string | null }>(
        `/api/conversations/${id}/messages?from=end&limit=${pageSize}&cursor=${encodeURIComponent(cursor)}`,
      );
      if (chat.olderCursor.value !== cursor) return;
      before();
      batch(() => {
        chat.messages.value = [...page.messages, ...chat.messages.value];
        chat.olderCursor.value = page.next;
      });
    } catch (error) {
      if (!connection.lost(error) && !(error instanceof ApiError)) throw error;
    } finally {
      chat.isLoadingOlder.value = false;
    }
  }

  return {
    post,
    flush,
    reconcile,
    loadOlder,
    resume() {
      chat.outbox.value = loadOutbox(chat.current.value?.id ?? null);
      followOpen();
      void flush();
    },
    sendAgain(key) {
      change(key, { state: "sending", problem: null });
      void flush();
    },
    async discard(key) {
      const item = chat.outbox.value.find((item) => item.key === key);
      setOutbox(chat.outbox.value.filter((item) => item.key !== key));
      void reconcile();
      const files = item?.files.length ? await keptFiles(key) : [];
      if (files.length > 0) await keepFiles(key, []);
      return { text: item?.text ?? "", files };
    },
  };
}

/** What is known of a conversation before the store is asked. */
function newConversation(id: string, { model, createdAt }: Outgoing): WireConversation {
  return {
    id,
    title: null,
    platform: "web",
    pinned: false,
    archived: false,
    model,
    reach: null,
    created_at: createdAt,
    updated_at: createdAt,
  };
}
