/** Brings the chat page to life in the browser. */
import { hydrate } from "preact";
import { createChatModel } from "../chat/chat_page_model.ts";
import { jumpToAddress } from "../chat/jump.ts";
import { listenToKeys } from "../chat/keys.ts";
import { loadPreferences } from "../chat/preferences.ts";
import type { ChatPageData } from "../page_data.ts";
import { ChatPage } from "../pages/chat_page.tsx";

const root = document.getElementById("app");
const source = document.getElementById("data")?.textContent;
if (!root || !source) throw new Error("Cannot start the page: its data is missing");
const data: ChatPageData = JSON.parse(source);
const model = createChatModel(data);

async function loadMarkdown(): Promise<void> {
  const { parseMarkdown } = await import("../text/parse_markdown.ts");
  model.chat.parseMarkdown.value = parseMarkdown;
}

// with messages on the page the reader is needed at once, to find what the server has drawn
if (data.messages.length > 0) await loadMarkdown();
hydrate(<ChatPage model={model} />, root);
loadPreferences(model.chat.preferences);
listenToKeys(model);
model.start();
jumpToAddress(model);
if (data.messages.length === 0) await loadMarkdown();
