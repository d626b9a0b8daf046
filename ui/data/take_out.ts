/** Takes a conversation out of the page: as a file, or on paper. */
import type { ChatModel } from "../chat/chat_page_model.ts";

export function downloadConversation(id: string, format: "markdown" | "json"): void {
  const link = document.createElement("a");
  link.href = `/api/conversations/${id}/export?format=${format}`;
  link.download = ""; // the server names it
  link.click();
}

/** The whole of it: what is further up is read first. In the browser's dialog it can be saved as a PDF. */
export async function printConversation({ chat, thread }: ChatModel): Promise<void> {
  while (chat.olderCursor.value !== null && !chat.isOffline.value) {
    const cursor = chat.olderCursor.value;
    await thread.loadOlder(() => {});
    if (chat.olderCursor.value === cursor) break; // it could not be read; what is there is printed
  }
  // once the rest is drawn
  requestAnimationFrame(() => setTimeout(print));
}
