/** The chat can be installed as an app where the browser allows it. */
import assert from "node:assert/strict";
import { visit } from "./browser.ts";
import { onServer } from "./on_server.ts";

const inBrowser = onServer({ models: ["echo"], auth: { mode: "key", key: "a-key-of-some-length" } });

inBrowser("a browser finds everything it needs to install the chat, also before signing in", async (on) => {
  const { browser, server } = on;
  await visit(browser, server.url, async ({ page, context }) => {
    await page.goto("/");
    const session = await context.newCDPSession(page);
    const { url, errors, data } = await session.send("Page.getAppManifest");
    assert.match(url, /\/assets\/app-[A-Z0-9]+\.webmanifest$/);
    assert.deepEqual(errors, []);
    assert.equal(JSON.parse(data ?? "").start_url, "/");
    // a private window is what this browser runs in; nothing else may be in the way
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito"), []);
  });
});
