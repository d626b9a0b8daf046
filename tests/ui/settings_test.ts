/** The settings, in a real browser: each of them does what it says, and is kept. */
import assert from "node:assert/strict";
import { accessibilityProblems, lastAnswer, visit } from "./browser.ts";
import { onServer } from "./on_server.ts";

const inBrowser = onServer({ models: ["echo"], hasFar: true });

inBrowser("Enter can begin a line instead of sending, and stays so", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("switch", { name: /^Enter sends/ }).uncheck();
    await page.keyboard.press("Escape");
    await page.reload();
    await page.locator("#message:focus").waitFor();
    await page.keyboard.type("one");
    await page.keyboard.press("Enter");
    await page.keyboard.type("two");
    assert.equal(await page.locator("#message").inputValue(), "one\ntwo");
    await page.keyboard.press("Control+Enter");
    assert.match(await lastAnswer(page), /one\s+two/);
    await page.getByText("Ctrl Enter sends").waitFor();
  });
});

inBrowser("single keys can be switched off", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await page.locator("#message:focus").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Settings" }).waitFor();
    await page.getByText("Ask again").waitFor();
    await page.getByRole("switch", { name: /^Single keys/ }).uncheck();
    await page.getByText("Ask again").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("/");
    await page.keyboard.press("?");
    assert.equal(await page.locator("#message:focus, dialog[open]").count(), 0);
  });
});

inBrowser("light, dark or as the system has it", async ({ browser, server }) => {
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    const asSystem = await scheme();
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("button", { name: "Dark", exact: true }).click();
    assert.equal(await scheme(), "dark");
    await page.reload();
    assert.equal(await scheme(), "dark");
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("button", { name: "As the system" }).click();
    assert.equal(await scheme(), asSystem);
  });
});

for (const theme of ["light", "dark"] as const) {
  for (const width of [390, 1440]) {
    inBrowser(`who can answer is listed on a ${theme} page ${width} pixels wide`, async ({ browser, server }) => {
      await visit(browser, server.url, async ({ page }) => {
        await page.goto("/");
        await page.locator("#message").waitFor();
        if (width < 960) await page.getByRole("button", { name: "Conversations" }).click();
        await page.getByRole("button", { name: "Settings" }).click();
        const far = page.locator(".provider", { hasText: "far" });
        assert.match(await far.innerText(), /1 model[^]*Outside this machine, 127\.0\.0\.1/);
        assert.match(await page.locator(".provider", { hasText: "sim" }).innerText(), /On this machine/);
        assert.deepEqual(await accessibilityProblems(page), []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide`);
        const folder = Deno.env.get("PICTURES");
        if (folder) await page.screenshot({ path: `${folder}/settings-${width}-${theme}.png` });
      }, { width, theme });
    });
  }
}
