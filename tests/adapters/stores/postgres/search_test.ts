/** Search on PostgreSQL finds what search on SQLite finds, and no text is too strange or too long for its index. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { open as openSqlite } from "../../../../adapters/stores/sqlite/open.ts";
import type { Store } from "../../../../server/domain/store.ts";
import { ask, everything } from "../../../contracts/chat_on_store.ts";
import { dataFolder } from "../sqlite/data_folder.ts";
import { openAt } from "./opened.ts";
import { startPostgres } from "./server.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

async function find(store: Store, query: string, viewer = everything): Promise<string[]> {
  const { items } = await store.conversations.search(viewer, query, { limit: 100, cursor: null });
  return items.map(({ excerpt, highlights }) => `${excerpt} ${JSON.stringify(highlights)}`);
}

Deno.test("whatever was said and whatever is looked for, PostgreSQL finds what SQLite finds, in the same order", async () => {
  await using folder = await dataFolder();
  const sqlite = await openSqlite({ file: folder.file });
  await using opened = await openAt(await server.newDatabase());
  const word = fc.constantFrom(
    "café",
    "Cafe",
    "ÉTÉ",
    "ete",
    "straße",
    "STRASSE",
    "天",
    "気",
    "天気",
    "e-mail",
    "don't",
    "ёж",
    "a",
  );
  const said = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "));
  for (const text of fc.sample(fc.oneof(said, fc.string({ unit: "grapheme" })), { numRuns: 150, seed: 7 })) {
    for (const store of [sqlite, opened.store]) await ask(store, text, { addressed: false });
  }
  const looked = fc.oneof(
    word,
    fc.array(word, { maxLength: 3 }).map((words) => words.join(" ")),
    fc.array(word, { maxLength: 3 }).map((words) => `"${words.join(" ")}"`),
    fc.string({ unit: "grapheme", maxLength: 4 }),
  );
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(looked, async (query) => {
      const found = await find(opened.store, query);
      hits += found.length;
      assert.deepEqual(found, await find(sqlite, query));
    }),
    { numRuns: 200, seed: 8 },
  );
  assert.ok(hits > 100, `${hits} hits`);
  await sqlite.close();
});

Deno.test("huge messages, endless words and strange names of workspaces are stored and found", async () => {
  await using opened = await openAt(await server.newDatabase());
  const { store } = opened;
  const letters = Array.from({ length: 60_000 }, (_, i) => String.fromCodePoint(0x20000 + i % 42_000)).join("");
  const words = Array.from({ length: 20_000 }, (_, i) => `word${i}`).join(" ");
  const workspace = "it's a \\ 'workspace' & :*";
  const endless = "x".repeat(150_000);
  for (const text of [letters, words, endless, "\u0000\ud800 odd"]) {
    await ask(store, text, { workspace, addressed: false });
  }
  const viewer = { workspace, person: null };
  for (const query of [endless.slice(0, 400), '"word18000 word18001"', "word14999 word2", "odd", letters.slice(0, 4)]) {
    assert.equal((await find(store, query, viewer)).length, 1, query.slice(0, 30));
  }
  assert.equal((await find(store, '"word18001 word18000"', viewer)).length, 0);
  assert.equal((await find(store, "odd")).length, 0); // another workspace
});
