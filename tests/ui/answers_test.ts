/** Code, formulas and outside pictures in answers, in a real browser. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { accessibilityProblems, lastAnswer, say, visit } from "./browser.ts";
import { ask, onServer } from "./on_server.ts";

const inBrowser = onServer({ models: ["echo", "echo-tps40"] });

const code = '```ts\nconst answer: number = 42; // the whole of it\nconst far = "' + "far ".repeat(60) + '";\n```';

inBrowser("code is coloured, wraps when wanted, and is copied as it was written", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto("/");
    await say(page, code);
    await lastAnswer(page);
    const block = page.locator("figure.code");
    await block.locator(".k", { hasText: "const" }).first().waitFor();
    assert.equal(await block.locator(".n", { hasText: "42" }).count(), 1);
    assert.equal(await block.locator(".c").innerText(), "// the whole of it");
    const pre = block.locator("pre");
    const isWide = () => pre.evaluate((box) => box.scrollWidth > box.clientWidth);
    assert.equal(await isWide(), true);
    await block.getByRole("button", { name: "Wrap long lines" }).click();
    assert.equal(await isWide(), false);
    await block.getByRole("button", { name: "Copy" }).click();
    await block.getByText("Copied").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code.split("\n").slice(1, -1).join("\n"));
    assert.deepEqual(await accessibilityProblems(page), []);
  });
});

inBrowser("an older answer gets its colours without moving by a pixel", async ({ browser, server }) => {
  const conversation = await ask(server, `before\n\n${code}\n\nafter`);
  await visit(browser, server.url, async ({ page }) => {
    const held = Promise.withResolvers<void>();
    await page.route(/\/typescript-.*\.js$/, async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.goto(`/c/${conversation}`);
    const after = page.locator(".ans p", { hasText: "after" });
    const top = async () => await after.evaluate((it) => it.getBoundingClientRect().top);
    await page.locator("#message:focus").waitFor();
    const before = await top();
    assert.equal(await page.locator("figure.code .k").count(), 0);
    held.resolve();
    await page.locator("figure.code .k").first().waitFor();
    assert.equal(await top(), before);
  });
});

inBrowser("a formula is drawn, and a price stays a price", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await say(
      page,
      "It is $x^2$ and \\(\\frac{a}{b}\\), for $5 or $10:\n\n$$\n\\sum_{i=1}^n i\n$$\n\n$\\notacommand{$",
    );
    await lastAnswer(page);
    const answer = page.locator("article.answer .ans");
    await answer.locator("div.formula math[display=block] munderover").waitFor();
    assert.equal(await answer.locator("math").count(), 3);
    assert.equal(await answer.locator("math msup").textContent(), "x2");
    assert.equal(await answer.locator("math mfrac").count(), 1);
    assert.match(await answer.innerText(), /for \$5 or \$10:/);
    const drawn = await answer.locator("mfrac").evaluate((it) => it.namespaceURI);
    assert.equal(drawn, "http://www.w3.org/1998/Math/MathML");
    assert.deepEqual(await accessibilityProblems(page), []);
  });
});

inBrowser("while an answer with code and formulas is written, nothing half done is shown", async (on) => {
  const { browser, server } = on;
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await chooseModel(page, "echo-tps40");
    const text =
      "Then $e^{i \\pi}$ is it, and\n\n$$\n\\frac{a + b}{c}\n$$\n\n```js\nconst a = 1;\nlet b = a + 2;\n```\n\nover and out";
    await say(page, text);
    await page.locator("article.answer.running").waitFor();
    await page.evaluate(() => {
      const shown = { words: new Set<string>(), heights: [] as number[] };
      Reflect.set(globalThis, "shown", shown);
      new MutationObserver(() => {
        const answer = document.querySelector("article.answer .ans");
        if (!answer) return;
        shown.words.add(answer.textContent ?? "");
        shown.heights.push(answer.getBoundingClientRect().height);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await lastAnswer(page);
    await page.locator("article.answer math").nth(1).waitFor();
    const shown = await page.evaluate<string[]>(() => [...Reflect.get(globalThis, "shown").words]);
    assert.ok(shown.length > 3, `it came in ${shown.length} steps`);
    for (const words of shown) assert.doesNotMatch(words, /\$|`/);
    await page.locator("figure.code .k", { hasText: "let" }).waitFor();
  });
});

inBrowser("an outside picture is asked for only after a click, and then in a tab of its own", async (on) => {
  const { browser, server } = on;
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await say(page, "![A chart](https://pictures.example/chart.png?who=me)");
    await lastAnswer(page);
    const link = page.locator("article.answer a.outside");
    assert.match(await link.innerText(), /A chart\s*at pictures\.example/);
    assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
    assert.equal(await page.locator("article.answer img").count(), 0);
    assert.deepEqual(await accessibilityProblems(page), []);
  });
});

async function chooseModel(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: /^Model:/ }).click();
  await page.getByRole("option", { name }).first().click();
}
