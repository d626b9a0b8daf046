/** The list of conversations: archive, choosing several, and ten thousand of them. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type ArchiveRow, isArchivable } from "../../server/domain/store.ts";
import { accessibilityProblems, visit } from "./browser.ts";
import { openChatServer, workspace } from "./open_chat_server.ts";
import { ask, onServer } from "./on_server.ts";

const inBrowser = onServer({ models: ["echo"] });

const rows = (page: Page, title: string) => page.locator(".side li.row", { hasText: title });

inBrowser("a conversation is archived, found in the archive, and brought back", async ({ browser, server }) => {
  await ask(server, "alpha one");
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await rows(page, "alpha one").hover();
    await rows(page, "alpha one").getByRole("button").click();
    await page.getByRole("menuitem", { name: "Archive" }).click();
    await rows(page, "alpha one").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Archive" }).click();
    await rows(page, "alpha one").waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    await rows(page, "alpha one").hover();
    await rows(page, "alpha one").getByRole("button").click();
    await page.getByRole("menuitem", { name: "Bring back" }).click();
    await page.getByText("Nothing is archived.").waitFor();
    await page.getByRole("button", { name: "Archive" }).click();
    await rows(page, "alpha one").waitFor();
  });
});

inBrowser("several conversations are deleted at once, and all of them come back", async ({ browser, server }) => {
  for (const name of ["beta one", "beta two", "beta three"]) await ask(server, name);
  await visit(browser, server.url, async ({ page }) => {
    await page.goto("/");
    await rows(page, "beta one").hover();
    await rows(page, "beta one").getByRole("button").click();
    await page.getByRole("menuitem", { name: "Choose" }).click();
    await page.getByText("1 chosen").waitFor();
    await rows(page, "beta two").getByRole("checkbox").check();
    await page.getByText("2 chosen").waitFor();
    assert.deepEqual(await accessibilityProblems(page), []);
    const picks = page.getByRole("group", { name: "Chosen conversations" });
    await picks.getByRole("button", { name: "Delete" }).click();
    await page.getByText("2 conversations are deleted.").waitFor();
    assert.equal(await rows(page, "beta").count(), 1);
    await page.getByRole("button", { name: "Undo" }).click();
    await rows(page, "beta one").waitFor();
    await rows(page, "beta two").waitFor();
    await page.reload();
    assert.equal(await rows(page, "beta").count(), 3);
  });
});

for (const theme of ["light", "dark"] as const) {
  for (const width of [390, 1440]) {
    inBrowser(
      `choosing stands in nobody's way on a ${theme} page ${width} pixels wide`,
      async ({ browser, server }) => {
        await ask(server, "gamma");
        await visit(browser, server.url, async ({ page }) => {
          await page.goto("/");
          await page.locator("#message").waitFor();
          if (width < 960) await page.getByRole("button", { name: "Conversations" }).click();
          await rows(page, "gamma").first().hover();
          await rows(page, "gamma").first().getByRole("button").click();
          await page.getByRole("menuitem", { name: "Choose" }).click();
          await page.getByText("1 chosen").waitFor();
          assert.deepEqual(await accessibilityProblems(page), []);
          const folder = Deno.env.get("PICTURES");
          if (folder) await page.screenshot({ path: `${folder}/choose-${width}-${theme}.png` });
        }, { width, theme });
      },
    );
  }
}

inBrowser(
  "ten thousand conversations scroll without a long pause, and the last one is reached",
  async ({ browser }) => {
    const full = await openChatServer({ models: ["echo"] });
    try {
      const store = full.store();
      assert.ok(isArchivable(store));
      await store.importRows(manyConversations(10_000));
      await visit(browser, full.url, async ({ page }) => {
        await page.goto("/");
        await page.locator("#message:focus").waitFor();
        await page.evaluate(() => {
          const longest = { ms: 0 };
          Reflect.set(globalThis, "longest", longest);
          new PerformanceObserver((list) => {
            for (const { duration } of list.getEntries()) longest.ms = Math.max(longest.ms, duration);
          }).observe({ type: "longtask" });
        });
        const last = rows(page, "Conversation 0 ");
        const list = page.locator(".side .list");
        await list.hover();
        for (let turns = 0; turns < 2_000 && await last.count() === 0; turns += 1) {
          await page.mouse.wheel(0, 8_000);
          await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
        }
        await last.waitFor();
        const drawn = await page.locator(".side li.row").count();
        assert.ok(drawn < 200, `${drawn} rows are drawn`);
        const { ms } = await page.evaluate<{ ms: number }>(() => Reflect.get(globalThis, "longest"));
        assert.ok(ms < 250, `one task took ${ms} ms`);
        if (Deno.env.get("PICTURES")) console.log(`longest task ${ms} ms`);
        assert.deepEqual(await accessibilityProblems(page), []);
        // and back to the top, where everything is as it was
        await list.evaluate((box) => box.scrollTop = 0);
        await rows(page, "Conversation 9999 ").waitFor();
      });
    } finally {
      await full.close();
    }
  },
);

/** The newest has the highest number; eight a day. */
async function* manyConversations(count: number): AsyncGenerator<ArchiveRow> {
  const now = Date.now();
  yield { table: "workspaces", row: { id: workspace, name: workspace, created_at: now } };
  yield { table: "people", row: { workspace_id: workspace, id: "p", name: "P", created_at: now } };
  for (let index = 0; index < count; index += 1) {
    const at = now - (count - index) * 3 * 3_600_000;
    yield {
      table: "conversations",
      row: {
        workspace_id: workspace,
        id: `c${String(index).padStart(8, "0")}`,
        ...{ platform: "web", person_id: "p", title: `Conversation ${index} of many`, model: null, reach: null },
        ...{ is_pinned: 0, is_archived: 0, next_number: 1, leaf_number: 0, created_at: at, updated_at: at },
        deleted_at: null,
      },
    };
  }
}
