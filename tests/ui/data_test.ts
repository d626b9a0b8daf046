/** Bringing conversations in and taking them out, in a real browser on the real server. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { zipOf } from "../server/attachments/files.ts";
import { branched, chatGpt } from "../server/import/exports.ts";
import { accessibilityProblems, lastAnswer, say, visit } from "./browser.ts";
import { onServer } from "./on_server.ts";

const inBrowser = onServer({ models: ["echo"] });

async function exported(): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const trees = Array.from({ length: 30 }, (_, i) => chatGpt(`c${i}`, `Trees <b>${i}</b>`, branched));
  const file = JSON.stringify([chatGpt("e", "Nothing at all", []), ...trees]);
  return { name: "export.zip", mimeType: "application/zip", buffer: Buffer.from(await zipOf({ "c.json": file })) };
}

async function openDialog(page: Page): Promise<void> {
  if (await page.getByRole("button", { name: "Conversations" }).isVisible()) {
    await page.getByRole("button", { name: "Conversations" }).click();
  }
  await page.getByRole("button", { name: "Import and export" }).click();
  await page.getByRole("dialog", { name: "Import and export" }).waitFor();
}

const file = (page: Page) => page.locator("dialog.data input[type=file]");

inBrowser("ChatGPT's export is imported with a report, and a second time adds nothing", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await openDialog(page);
    await file(page).setInputFiles(await exported());
    await page.getByText("Done: 30 conversations imported, 1 not imported.").waitFor();
    const report = page.getByRole("region", { name: "Report" });
    assert.match(
      await report.locator("li").first().innerText(),
      /Nothing at all\s+not imported: nothing was said in it/,
    );
    await file(page).setInputFiles(await exported());
    await page.getByText("Done: 0 conversations imported, 30 there already, 1 not imported.").waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await page.locator(".side .row a").filter({ hasText: "Trees <b>7</b>" }).click();
    await page.getByText("How old?").waitFor();
    await page.locator("article.answer strong", { hasText: "oak" }).waitFor();
    await say(page, "and now?");
    assert.match(await lastAnswer(page), /and now\?/);
  });
});

inBrowser("a file that is no export says so, and the dialog works by keyboard alone", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Import and export" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Import and export" }).waitFor();
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.getByRole("button", { name: "Choose a file" }).press("Enter"),
    ]);
    await chooser.setFiles({ name: "a.json", mimeType: "", buffer: Buffer.from("hello") });
    await page.getByText("there is no conversation of ChatGPT or Claude in it").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "Import and export" }).waitFor({ state: "hidden" });
  });
});

inBrowser(
  "a conversation is saved from its menu, and printed without what belongs to the screen",
  async ({ browser, server }) => {
    await visit(browser, server.url, async ({ page }) => {
      await page.goto("/");
      await say(page, "words to keep");
      await lastAnswer(page);
      for (const [format, found] of [["Markdown", /words to keep/], ["JSON", /"text":"words to keep"/]] as const) {
        await page.locator(".side .row button").first().click();
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("menuitem", { name: `Save as ${format}` }).click(),
        ]);
        assert.match(await Deno.readTextFile(await download.path()), found);
        assert.match(download.suggestedFilename(), format === "JSON" ? /\.json$/ : /\.md$/);
      }
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.locator(".side").isVisible(), false);
      assert.equal(await page.locator(".composer").isVisible(), false);
      assert.equal(await page.locator("article.answer").isVisible(), true);
      const folder = Deno.env.get("TEST_PICTURES");
      if (folder) await page.screenshot({ path: `${folder}/print.png` });
    });
  },
);

for (const width of [390, 1440]) {
  for (const theme of ["light", "dark"] as const) {
    inBrowser(`import and export are drawn without a fault at ${width} pixels in the ${theme}`, async (on) => {
      await visit(on.browser, on.server.url, async ({ page }) => {
        await page.goto("/");
        await openDialog(page);
        await file(page).setInputFiles(await exported());
        await page.getByText(/^Done: /).waitFor();
        const folder = Deno.env.get("TEST_PICTURES");
        if (folder) await page.screenshot({ path: `${folder}/data-${width}-${theme}.png` });
        assert.deepEqual(await accessibilityProblems(page), []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      }, { width, theme });
    });
  }
}
