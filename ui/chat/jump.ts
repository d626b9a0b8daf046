/** Goes to one message of the conversation on the page: reads up to it, on its own branch, and shows where it is. */
import { batch } from "@preact/signals";
import type { WireMessage } from "../../server/domain/wire.ts";
import { ApiError, callJson } from "../net/api.ts";
import type { ChatModel } from "./chat_page_model.ts";

const pageSize = 200;
/** So far back is looked, 5,000 messages. */
const mostPages = 25;
const hashPrefix = "#m-";

/** The address of a message. */
export function messageAddress(conversation: string, message: string): string {
  return `/c/${conversation}${hashPrefix}${message}`;
}

/** Goes where the page's address points to, if it points to a message. */
export function jumpToAddress(model: ChatModel): void {
  if (location.hash.startsWith(hashPrefix)) {
    void jumpTo(model, decodeURIComponent(location.hash.slice(hashPrefix.length)));
  }
}

export async function jumpTo(model: ChatModel, message: string): Promise<void> {
  try {
    if (!(await readUpTo(model, message))) {
      // it stands on another branch
      await callJson(`/api/messages/${encodeURIComponent(message)}/activate`, { method: "POST" });
      await model.thread.reconcile();
      if (!(await readUpTo(model, message))) {
        throw new ApiError(404, "not_found", "That message is too far back.", null);
      }
    }
    await frames(2);
    show(message);
  } catch (error) {
    if (model.connection.lost(error)) return;
    if (!(error instanceof ApiError)) throw error;
    const title = error.status === 404 ? "That message can’t be shown." : error.message;
    model.chat.note.value = { tone: "info", title, detail: "It may have been deleted meanwhile.", actions: [] };
  }
}

/** True once the message is among those on the page. */
async function readUpTo({ chat }: ChatModel, message: string): Promise<boolean> {
  const isHere = (messages: readonly WireMessage[]) => messages.some(({ id }) => id === message);
  const conversation = chat.current.value?.id;
  if (conversation === undefined) return false;
  if (isHere(chat.messages.value)) return true;
  const from = chat.olderCursor.value;
  const older: WireMessage[] = [];
  let cursor = from;
  for (let page = 0; page < mostPages && cursor !== null && !isHere(older); page += 1) {
    const read: { messages: readonly WireMessage[]; next: string | null } = await callJson(
      `/api/conversations/${conversation}/messages?from=end&limit=${pageSize}&cursor=${encodeURIComponent(cursor)}`,
    );
    older.unshift(...read.messages);
    cursor = read.next;
  }
  if (!isHere(older) || chat.olderCursor.value !== from) return isHere(chat.messages.value);
  batch(() => {
    chat.messages.value = [...older, ...chat.messages.value];
    chat.olderCursor.value = cursor;
  });
  return true;
}

function show(message: string): void {
  const turn = document.querySelector<HTMLElement>(`article[data-message="${CSS.escape(message)}"]`);
  if (!turn) return;
  turn.tabIndex = -1;
  turn.scrollIntoView({ block: "center" });
  turn.focus({ preventScroll: true });
  turn.classList.add("found");
  turn.addEventListener("animationend", () => turn.classList.remove("found"), { once: true });
}

/** The page has been drawn, and what watches its growth has had its turn. */
async function frames(count: number): Promise<void> {
  for (let frame = 0; frame < count; frame += 1) await new Promise((drawn) => requestAnimationFrame(drawn));
}
