/** Search and commands, in a real browser on the real server. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { accessibilityProblems, lastAnswer, say, visit } from "./browser.ts";
import { ask, onServer } from "./on_server.ts";

const inBrowser = onServer({ models: ["echo", "sim"] });

const field = (page: Page) => page.getByRole("combobox", { name: "Search everything" });
const options = (page: Page) => page.locator(".palette [role=option]");
const chosen = (page: Page) => page.locator(".palette [aria-selected=true]");

async function open(page: Page): Promise<void> {
  await page.locator("#message:focus").waitFor();
  await page.keyboard.press("Control+k");
  await field(page).waitFor();
}

inBrowser("a word is found in an old message, and Enter goes to that message", async ({ browser, server }) => {
  const conversation = await ask(server, "the heron stood in the reeds", { model: "sim/echo" });
  for (let index = 0; index < 60; index += 1) {
    await ask(server, `filler ${index}`, { conversation_id: conversation });
  }
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await open(page);
    await page.keyboard.type("heron");
    await options(page).filter({ hasText: "stood in the reeds" }).first().waitFor();
    assert.equal(await page.locator(".palette .x mark").first().innerText(), "heron");
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.getByRole("button", { name: /^Messages/ }).click();
    await field(page).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/c\/.*#m-/);
    const found = page.locator("article:focus", { hasText: "the heron stood in the reeds" });
    await found.waitFor();
    const { top, bottom } = await found.evaluate((it) => {
      const { top, bottom } = it.getBoundingClientRect();
      return { top, bottom };
    });
    assert.ok(top > 0 && bottom < 844, `the message stands at ${top} to ${bottom}`);
    assert.equal(await page.locator("article").count(), 122, "the way to it was read, each message once");

    // and from within the same conversation
    await page.keyboard.press("Control+k");
    await field(page).fill("filler 59");
    await page.getByRole("button", { name: /^Messages/ }).click();
    await options(page).filter({ hasText: "filler 59" }).first().waitFor();
    await field(page).focus();
    await page.keyboard.press("Enter");
    await page.locator("article:focus", { hasText: "filler 59" }).waitFor();
  });
});

inBrowser("a message of a branch that is not shown is shown on its own branch", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await say(page, "first zebra");
    await lastAnswer(page);
    await page.locator("article.person").hover();
    await page.getByRole("button", { name: "Edit message" }).click();
    await page.getByRole("textbox", { name: "Your message" }).fill("then quagga");
    await page.getByRole("button", { name: "Send again" }).click();
    await page.locator("article.answer .ans", { hasText: "then quagga" }).waitFor();
    await lastAnswer(page);
    await page.keyboard.press("Control+k");
    await field(page).fill("zebra");
    await page.getByRole("button", { name: /^Messages/ }).click();
    await options(page).first().waitFor();
    await options(page).last().click();
    await page.locator("article:focus", { hasText: "first zebra" }).waitFor();
  });
});

inBrowser("conversations and commands are chosen with the keyboard alone", async ({ browser, server }) => {
  const conversation = await ask(server, "about boats");
  await fetch(`${server.url}/api/conversations/${conversation}`, {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: "Building a boat" }),
  });
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await open(page);
    await options(page).filter({ hasText: "Building a boat" }).waitFor();
    await page.keyboard.type("bui");
    assert.match(await chosen(page).innerText(), /Building a boat/);
    await page.keyboard.press("Enter");
    await page.waitForURL(`${server.url}/c/${conversation}`);

    await open(page);
    await page.keyboard.type("light dark");
    await page.keyboard.press("Enter");
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
    await open(page);
    await page.keyboard.type("answer sim");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Model: sim", exact: true }).waitFor();
    await page.locator("#message").focus();
    await open(page);
    await page.keyboard.press("ArrowUp");
    assert.equal(await chosen(page).getAttribute("id"), `hit-${await options(page).count() - 1}`);
    await page.keyboard.press("ArrowDown");
    assert.equal(await chosen(page).getAttribute("id"), "hit-0");
    await page.keyboard.press("Escape");
    await page.locator("#message:focus").waitFor();
    assert.equal(await page.locator(".palette").count(), 0);
  });
});

inBrowser("what is not found can be asked instead", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await open(page);
    await page.keyboard.type("xylophonist wanted");
    await options(page).filter({ hasText: "Ask this instead" }).waitFor();
    assert.equal(await options(page).count(), 1);
    assert.deepEqual(await accessibilityProblems(page), []);
    await page.keyboard.press("Enter");
    await page.locator("#message:focus").waitFor();
    assert.equal(await page.locator("#message").inputValue(), "xylophonist wanted");
    await page.locator("#message").fill("");
  });
});

for (const theme of ["light", "dark"] as const) {
  for (const width of [390, 1440]) {
    inBrowser(`search stands in nobody's way on a ${theme} page ${width} pixels wide`, async ({ browser, server }) => {
      await ask(server, "where the export went");
      await visit(browser, server.url, async ({ page }) => {
        await page.goto("/");
        await page.locator("#message").waitFor();
        if (width < 960) await page.getByRole("button", { name: "Conversations" }).click();
        await page.getByRole("button", { name: /^Search everything/ }).click();
        await field(page).fill("export");
        await options(page).filter({ hasText: "where the export went" }).first().waitFor();
        assert.deepEqual(await accessibilityProblems(page), []);
        const folder = Deno.env.get("PICTURES");
        if (folder) await page.screenshot({ path: `${folder}/palette-${width}-${theme}.png` });
      }, { width, theme });
    });
  }
}
