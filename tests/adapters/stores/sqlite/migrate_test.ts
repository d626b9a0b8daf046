/** The schema is brought up to date with a way back, and refused when it is not what this program needs. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { migrations } from "../../../../adapters/stores/sqlite/migrations.ts";
import { migrate } from "../../../../adapters/stores/sqlite/migrate.ts";
import { open, restoreBackup } from "../../../../adapters/stores/sqlite/open.ts";
import { isChatError } from "../../../../server/domain/error.ts";
import { archiveTables } from "../../../../adapters/stores/sql/archive_tables.ts";
import { talk } from "../../../contracts/chat_on_store.ts";
import { dataFolder } from "./data_folder.ts";

const next = (number: number, text = `create table extra_${number} (id text primary key)`) => ({
  ...{ number, text },
  name: `extra ${number}`,
});

async function withContent(file: string): Promise<void> {
  const store = await open({ file });
  await talk(store, "kept", "yes");
  await store.close();
}

function refused(...said: RegExp[]) {
  return (error: unknown) => isChatError(error, "unavailable") && said.every((part) => part.test(error.message));
}

Deno.test("a database is brought up to date after a verified copy of it was made, of which the last three are kept", async () => {
  await using folder = await dataFolder();
  await withContent(folder.file);
  const more = [...migrations];
  for (let n = migrations.length + 1; n <= migrations.length + 5; n++) {
    more.push(next(n));
    await migrate(folder.file, more);
  }
  const copies = (await Array.fromAsync(Deno.readDir(folder.path))).map((entry) => entry.name)
    .filter((name) => name.includes(".before-")).toSorted();
  const last = migrations.length + 5;
  assert.deepEqual(copies, [last - 2, last - 1, last].map((n) => `${basename(folder.file)}.before-${n}.db`));
  const copy = new DatabaseSync(`${folder.file}.before-${last}.db`, { readOnly: true });
  assert.equal(copy.prepare("select count(*) as n from messages where text = 'kept'").get()?.["n"], 1);
  assert.equal(copy.prepare("select max(number) as n from migrations").get()?.["n"], last - 1);
  copy.close();
});

Deno.test("a new database, and one that is up to date, is not copied", async () => {
  await using folder = await dataFolder();
  await withContent(folder.file);
  await withContent(folder.file);
  const names = (await Array.fromAsync(Deno.readDir(folder.path))).map((entry) => entry.name);
  assert.ok(names.every((name) => !name.includes(".before-")), names.join());
});

Deno.test("a database of a newer program is refused with the way back, and the way back works", async () => {
  await using folder = await dataFolder();
  await withContent(folder.file);
  const n = migrations.length + 1;
  await migrate(folder.file, [...migrations, next(n)]);
  const copy = `${folder.file}.before-${n}.db`;
  await assert.rejects(
    open({ file: folder.file }),
    refused(/newer WhisperEngine/, /extra/, new RegExp(`restore .*before-${n}`)),
  );
  await restoreBackup(copy, folder.file);
  const store = await open({ file: folder.file });
  const found = await store.conversations.search({ workspace: "w", person: null }, "kept", { limit: 1, cursor: null });
  assert.equal(found.items.length, 1);
  await store.close();
});

Deno.test("a database whose tables are not as expected is refused, and it is said what differs", async () => {
  for (
    const [change, said] of [
      ["alter table messages add column colour text", /table "messages" is not as expected/],
      ["drop index messages_tree", /index "messages_tree" is missing/],
      ["create table mine (id text)", /table "mine" is none of ours/],
      ["drop trigger search_delete", /trigger "search_delete" is missing/],
    ] as const
  ) {
    await using folder = await dataFolder();
    await withContent(folder.file);
    const database = new DatabaseSync(folder.file);
    database.exec(change);
    database.close();
    await assert.rejects(open({ file: folder.file }), refused(said, /whisperengine restore/));
  }
});

Deno.test("a migration that fails leaves the database as it was", async () => {
  await using folder = await dataFolder();
  await withContent(folder.file);
  const n = migrations.length + 1;
  const broken = next(n, "create table half (id text); insert into nowhere values (1)");
  await assert.rejects(
    migrate(folder.file, [...migrations, broken]),
    refused(/migration .* failed/, /no such table: nowhere/),
  );
  const store = await open({ file: folder.file });
  await store.close();
});

Deno.test("every table with content is in the archive, with every column", async () => {
  await using folder = await dataFolder();
  await withContent(folder.file);
  const database = new DatabaseSync(folder.file);
  const rows = database.prepare(`
    select t.name, c.name as column from pragma_table_list t join pragma_table_info(t.name) c
    where t.type = 'table' and t.schema = 'main' and t.name not like 'sqlite_%' and t.name not like 'search_%'
      and t.name <> 'migrations'`).all();
  database.close();
  const there = rows.map(({ name, column }) => `${name}.${column}`).toSorted();
  const archived = archiveTables.flatMap(({ name, columns }) =>
    Object.keys(columns).map((column) => `${name}.${column}`)
  );
  assert.deepEqual(archived.toSorted(), there);
});
