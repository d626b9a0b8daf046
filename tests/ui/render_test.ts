/** What the server draws: whole documents that say nothing a page must not say. */
import assert from "node:assert/strict";
import type { WireMessage } from "../../server/domain/wire.ts";
import type { Assets, ChatPageData } from "../../ui/page_data.ts";
import { renderChatPage, renderErrorPage, renderSignInPage } from "../../ui/render.ts";

const entry = { script: "chat.js", preload: ["shared.js"], later: ["markdown.js"] };
const assets: Assets = {
  base: "/assets/",
  style: "style.css",
  icon: "icon.svg",
  touchIcon: "touch.png",
  webManifest: "app.webmanifest",
  theme: "theme.js",
  chat: entry,
  signIn: entry,
};

const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(1)> \u2028 **bold** <!--`;
const time = "2026-11-19T09:31:00.000Z";

function message(over: Partial<WireMessage>): WireMessage {
  return {
    ...{ id: "m", turn_id: "t", role: "user", author: null, text: "", reasoning: "", state: "done", notice: null },
    ...{ error_code: null, retryable: false, model: null, cost_usd: null, attachments: [], variants: [] },
    created_at: time,
    ...over,
  };
}

function data(messages: readonly WireMessage[], title = "Export"): ChatPageData {
  const current = {
    ...{ id: "c", title, platform: "web", pinned: false, archived: false, model: null, reach: null },
    ...{ created_at: time, updated_at: time },
  };
  return {
    ...{ conversations: [current], conversationsNext: null, current, messages, messagesNext: null },
    ...{ models: [], defaultModel: null, version: "0.1.0", signedIn: false },
    ...{ nowMs: Date.parse(time), timeZone: "Europe/Stockholm" },
  };
}

Deno.test("hostile text stays text, on the page and in its data", () => {
  const html = renderChatPage(
    data(
      [message({ text: hostile }), message({ id: "n", role: "assistant", text: hostile, reasoning: hostile })],
      hostile,
    ),
    assets,
  );
  assert.deepEqual(html.match(/<script\b[^>]*>/g), [
    '<script src="/assets/theme.js">',
    '<script type="module" src="/assets/chat.js">',
    '<script type="application/json" id="data">',
  ]);
  assert.equal(html.match(/<\/script>/g)?.length, 3);
  assert.doesNotMatch(html, /<img|<!--/);
  const json = /id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? "";
  assert.deepEqual(JSON.parse(json).messages[0].text, hostile);
});

Deno.test("a page has nothing inline and asks no other host", () => {
  const pages = [
    renderChatPage(data([message({ text: "Hello" })]), assets),
    renderSignInPage(assets),
    renderErrorPage(404, "Not found", "There is nothing at this address", assets),
  ];
  for (const html of pages) {
    assert.match(html, /^<!doctype html><html lang="en"/);
    assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=|<style/);
    assert.doesNotMatch(html, /(?:src|href)="(?:https?:)?\/\//);
  }
});

Deno.test("an answer is there, formatted, before any script has run", () => {
  const html = renderChatPage(data([message({ role: "assistant", text: "It is **ready**", model: "sim/a" })]), assets);
  assert.match(html, /It is <strong>ready<\/strong>/);
  assert.match(html, /Thursday 19 November|Today/);
  assert.match(html, /10:31/, "the time is the reader's zone's");
});

Deno.test("an unfinished answer is drawn as far as it goes", () => {
  const html = renderChatPage(data([message({ role: "assistant", text: "It is **rea", state: "running" })]), assets);
  assert.match(html, /It is/);
  assert.doesNotMatch(html.replace(/<script type="application.*/s, ""), /\*\*/);
});
