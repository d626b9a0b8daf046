/** The full-text index holds the words of the messages that are there, and of no others. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { open } from "../../../../adapters/stores/sqlite/open.ts";
import { everything, talk } from "../../../contracts/chat_on_store.ts";
import { dataFolder } from "./data_folder.ts";

Deno.test("when a conversation is purged, its words are in the index no more", async () => {
  await using folder = await dataFolder();
  const store = await open({ file: folder.file });
  const { conversation } = await talk(store, "apple secret", "apple");
  await talk(store, "apple", "apple");
  await store.conversations.delete(everything, conversation);
  await store.conversations.purge(0);
  await store.close();
  using database = new DatabaseSync(folder.file);
  database.exec("create virtual table words using fts5vocab (search_index, row)");
  const words = database.prepare("select term, doc from words where term in ('apple', 'secret')").all();
  assert.deepEqual(words.map((row) => ({ ...row })), [{ term: "apple", doc: 2 }]);
  const left = database.prepare(
    "select (select count(*) from search_rows) as r, (select count(*) from search_conversations) as c",
  );
  assert.deepEqual({ ...left.get() }, { r: 2, c: 1 });
});
