/** The chat page without its picture: its state and all that can be done, wired together once. */
import { type Signal, signal } from "@preact/signals";
import { type Attached, createAttached } from "../attach/attached.ts";
import { callJson } from "../net/api.ts";
import type { ChatPageData } from "../page_data.ts";
import { type ChatState, createChatState } from "./chat_state.ts";
import { type Connection, watchConnection } from "./connection.ts";
import { type ConversationList, createConversationList } from "./conversation_list.ts";
import { createFollower } from "./follow_answer.ts";
import { createThread, type Thread } from "./thread.ts";
import { createTurnActions, type TurnActions } from "./turn_actions.ts";

export interface ChatModel {
  readonly chat: ChatState;
  readonly thread: Thread;
  readonly attached: Attached;
  /** The dialog of import and export. */
  readonly isDataOpen: Signal<boolean>;
  readonly turns: TurnActions;
  readonly list: ConversationList;
  readonly connection: Connection;
  signOut(): Promise<void>;
  /** In the browser, once the page is alive. */
  start(): void;
}

/** Touches nothing outside until `start`, so the server can draw from it too. */
export function createChatModel(data: ChatPageData): ChatModel {
  const chat = createChatState(data);
  let channel: BroadcastChannel | undefined;
  const onChange = () => channel?.postMessage(chat.current.value?.id);
  const connection = watchConnection(chat, () => {
    void thread.flush();
    void thread.reconcile();
  });
  const list = createConversationList(chat, connection);
  const follower = createFollower(chat, connection, () => {
    const id = chat.current.value?.id;
    if (id === undefined) return;
    void thread.reconcile();
    void list.refresh(id).then(() => list.awaitTitle(id));
    onChange();
  });
  const thread = createThread(chat, {
    connection,
    follower,
    onChange,
    onNew: async (id) => {
      history.replaceState(null, "", `/c/${id}`);
      await list.refresh(id);
    },
  });
  const turns = createTurnActions(chat, { connection, thread, onChange });

  const attached = createAttached(chat);

  return { chat, thread, attached, isDataOpen: signal(false), turns, list, connection, signOut, start };

  async function signOut(): Promise<void> {
    await callJson("/api/session", { method: "DELETE" });
    location.assign("/");
  }

  function start(): void {
    connection.start();
    channel = new BroadcastChannel("whisperengine");
    channel.onmessage = ({ data }) => {
      if (typeof data === "string" && data === chat.current.value?.id) void thread.reconcile();
    };
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const tick = () => void (chat.clock.value = { nowMs: Date.now(), timeZone });
    tick();
    setInterval(tick, 60_000);
    addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      connection.tryNow();
      void thread.reconcile();
    });
    // a page that comes back out of the browser's cache has missed everything since
    addEventListener("pageshow", (event) => {
      if (event.persisted) void thread.reconcile();
    });
    list.resume();
    thread.resume();
    void attached.start();
  }
}
