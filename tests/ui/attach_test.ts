/** Files go with messages: attached in a real browser, read by the real server, shown and downloaded again. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { docxOf } from "../server/attachments/files.ts";
import { accessibilityProblems, lastAnswer, say, visit } from "./browser.ts";
import { onServer } from "./on_server.ts";

const inBrowser = onServer({ models: ["echo"] });

const text = (name: string, words: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(words) });

/** One pixel. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
);

const picker = (page: Page) => page.locator("input[type=file]");

/** What a person does who copies files or drags them in. */
async function hand(page: Page, how: "paste" | "drop", name: string, words: string): Promise<void> {
  await page.evaluate(({ how, name, words }) => {
    const data = new DataTransfer();
    data.items.add(new File([words], name, { type: "text/plain" }));
    const event = how === "paste"
      ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
      : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.getElementById("message")?.dispatchEvent(event);
  }, { how, name, words });
}

inBrowser(
  "files are picked, pasted and dropped, read by the model, and downloaded from the thread",
  async ({ browser, server }) => {
    await visit(browser, server.url, async ({ page }) => {
      await page.goto("/");
      const plan = Buffer.from(await docxOf([["the plan is secret"]]));
      await picker(page).setInputFiles([
        { name: "plan.docx", mimeType: "", buffer: plan },
        { name: "dot.png", mimeType: "image/png", buffer: png },
      ]);
      await hand(page, "paste", "pasted.txt", "pasted words");
      await hand(page, "drop", "dropped.txt", "dropped words");
      const attached = page.locator(".composer .files li");
      assert.equal(await attached.count(), 4);
      assert.equal(await attached.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth), 1);
      await page.getByRole("button", { name: "Remove pasted.txt" }).click();
      await say(page, "what do they say?");
      const answer = await lastAnswer(page);
      for (const words of ["the plan is secret", "dropped words", "what do they say?"]) {
        assert.ok(answer.includes(words));
      }
      assert.ok(!answer.includes("pasted words"));
      assert.equal(await attached.count(), 0);

      const links = page.locator("article.person .files a");
      await links.first().waitFor();
      assert.deepEqual(await links.evaluateAll((all) => all.map((link) => link.getAttribute("download"))), [
        ...["plan.docx", "dot.png", "dropped.txt"],
      ]);
      const [download] = await Promise.all([page.waitForEvent("download"), links.first().click()]);
      assert.equal(download.suggestedFilename(), "plan.docx");
      assert.deepEqual(await Deno.readFile(await download.path()), new Uint8Array(plan));
      const image = page.locator("article.person .files img");
      await image.scrollIntoViewIfNeeded();
      await page.waitForFunction(() => document.querySelector<HTMLImageElement>("article.person .files img")?.complete);
      assert.equal(await image.evaluate((element: HTMLImageElement) => element.naturalWidth), 1);
    });
  },
);

inBrowser("a message that is edited keeps its files", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await picker(page).setInputFiles([text("list.txt", "apples and pears")]);
    await say(page, "first question");
    await lastAnswer(page);
    await page.locator("article.person .files a").waitFor();
    await page.getByRole("button", { name: "Edit message" }).click();
    await page.getByRole("textbox", { name: "Your message" }).fill("second question");
    await page.keyboard.press("Enter");
    await page.getByText("2 of 2").or(page.getByText("2/2")).first().waitFor();
    const answer = await lastAnswer(page);
    assert.ok(answer.includes("apples and pears") && answer.includes("second question"), answer);
  });
});

inBrowser(
  "what is attached is there after a reload, and a refused file comes back to be changed",
  async ({ browser, server }) => {
    await visit(browser, server.url, async ({ page }) => {
      await page.goto("/");
      await picker(page).setInputFiles([{ name: "program.exe", mimeType: "", buffer: Buffer.from([77, 90, 0, 1]) }]);
      await page.getByRole("button", { name: "Remove program.exe" }).waitFor();
      await page.reload();
      await page.getByRole("button", { name: "Remove program.exe" }).waitFor();
      await say(page, "run this");
      await page.getByText('Cannot read "program.exe": it is no kind of file that can be read here').waitFor();
      await page.getByRole("button", { name: "Edit", exact: true }).click();
      await page.getByRole("button", { name: "Remove program.exe" }).click();
      assert.equal(await page.locator("#message").inputValue(), "run this");
      await page.locator("#message").press("Enter");
      assert.ok((await lastAnswer(page)).includes("run this"));
    }, { expected: /status of 400/ });
  },
);

inBrowser("too many and too large files are left out, and it is said which", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await picker(page).setInputFiles(Array.from({ length: 12 }, (_, i) => text(`file ${i}.txt`, "words")));
    await page.getByText("2 files were left out.").waitFor();
    assert.equal(await page.locator(".composer .files li").count(), 10);
    await page.getByRole("button", { name: "Close" }).click();
    for (let i = 0; i < 10; i++) await page.locator(".composer .files button").first().press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "message");
    await page.evaluate(() => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(31 * 2 ** 20)], "huge.txt"));
      document.getElementById("message")?.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
    });
    await page.getByText("“huge.txt” is too large: 31.5 MB go with one message.").waitFor();
    assert.equal(await page.locator(".composer .files li").count(), 0);
  });
});

for (const width of [390, 1440]) {
  for (const theme of ["light", "dark"] as const) {
    inBrowser(`files are drawn without a fault at ${width} pixels in the ${theme}`, async ({ browser, server }) => {
      await visit(browser, server.url, async ({ page }) => {
        await page.goto("/");
        const files = [text("a very long name of a file that nobody would want to type by hand, ever.txt", "words")];
        await picker(page).setInputFiles([...files, { name: "dot.png", mimeType: "image/png", buffer: png }]);
        await say(page, "look");
        await lastAnswer(page);
        await picker(page).setInputFiles([...files, { name: "dot.png", mimeType: "image/png", buffer: png }]);
        await page.locator("article.person .files img").waitFor();
        const folder = Deno.env.get("TEST_PICTURES");
        if (folder) await page.screenshot({ path: `${folder}/attach-${width}-${theme}.png` });
        assert.deepEqual(await accessibilityProblems(page), []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} pixels too wide`);
      }, { width, theme });
    });
  }
}
