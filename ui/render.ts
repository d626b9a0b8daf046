/** Draws whole HTML documents on the server: pure functions of their data. */
import { type ComponentChildren, h } from "preact";
import { renderToString } from "preact-render-to-string";
import { createChatModel } from "./chat/chat_page_model.ts";
import type { Assets, ChatPageData } from "./page_data.ts";
import { ChatPage } from "./pages/chat_page.tsx";
import { Document, type DocumentProps } from "./pages/document.tsx";
import { ErrorPage } from "./pages/error_page.tsx";
import { SignInPage } from "./pages/sign_in_page.tsx";
import { parseMarkdown } from "./text/parse_markdown.ts";

/** `/` where `current` is null, else `/c/{id}`. */
export function renderChatPage(data: ChatPageData, assets: Assets): string {
  const model = createChatModel(data);
  model.chat.parseMarkdown.value = parseMarkdown;
  return draw(h(ChatPage, { model }), {
    title: data.current ? data.current.title ?? "New conversation" : "New conversation",
    assets,
    entry: assets.chat,
    needsLater: data.messages.length > 0,
    bodyClass: "app",
    bodyId: "app",
    data,
  });
}

/** Where the server wants its key; the same at every address. */
export function renderSignInPage(assets: Assets): string {
  return draw(h(SignInPage, {}), {
    title: "Sign in",
    assets,
    entry: assets.signIn,
    needsLater: false,
    bodyClass: "door",
    bodyId: "app",
  });
}

/** `title` and `detail` are for people: what happened, and what can be done. */
export function renderErrorPage(status: number, title: string, detail: string, assets: Assets): string {
  return draw(h(ErrorPage, { status, title, detail }), {
    title,
    assets,
    entry: null,
    needsLater: false,
    bodyClass: "door",
    bodyId: "page",
  });
}

function draw(page: ComponentChildren, props: Omit<DocumentProps, "children">): string {
  return "<!doctype html>" + renderToString(h(Document, { ...props, children: page }));
}
