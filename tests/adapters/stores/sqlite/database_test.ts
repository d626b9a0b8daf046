/** Commits in groups: each job stands for itself, and nobody is told of what is not on the disk. */
import assert from "node:assert/strict";
import { isChatError } from "../../../../server/domain/error.ts";
import type { SqliteDatabase } from "../../../../adapters/stores/sqlite/database.ts";
import { openSqlite } from "../../../../adapters/stores/sqlite/file.ts";
import { dataFolder } from "./data_folder.ts";

async function opened() {
  const folder = await dataFolder();
  const database = await openSqlite(folder.file);
  return {
    database,
    file: folder.file,
    async [Symbol.asyncDispose]() {
      await database.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const add = (database: SqliteDatabase, id: string) =>
  database.transaction((sql) => sql.run`insert into workspaces (id, name, created_at) values (${id}, 'x', now_ms())`);

const ids = async (database: SqliteDatabase) =>
  (await database.read.all<{ id: string }>`select id from workspaces order by id`).map((row) => row.id);

Deno.test("a write that fails undoes only itself, not those that are committed with it", async () => {
  await using here = await opened();
  const { database } = here;
  const results = await Promise.allSettled([
    add(database, "a"),
    database.transaction(async (sql) => {
      await sql.run`insert into workspaces (id, name, created_at) values ('half', 'x', 1)`;
      throw new RangeError("on purpose");
    }),
    add(database, "a"),
    add(database, "b"),
  ]);
  assert.deepEqual(results.map((result) => result.status), ["fulfilled", "rejected", "rejected", "fulfilled"]);
  assert.ok(results[1]?.status === "rejected" && results[1].reason instanceof RangeError);
  assert.ok(results[2]?.status === "rejected" && /UNIQUE constraint failed/.test(results[2].reason.message));
  assert.deepEqual(await ids(database), ["a", "b"]);
});

Deno.test("what is being written is not seen before it is committed", async () => {
  await using here = await opened();
  const { database } = here;
  await database.transaction(async (sql) => {
    await sql.run`insert into workspaces (id, name, created_at) values ('a', 'x', 1)`;
    assert.deepEqual(await ids(database), []);
    assert.equal((await sql.all`select id from workspaces`).length, 1);
  });
  assert.deepEqual(await ids(database), ["a"]);
});

Deno.test("a long write of its own lets nobody in, and the others come in order afterwards", async () => {
  await using here = await opened();
  const { database } = here;
  const gate = Promise.withResolvers<void>();
  const long = database.alone(async (sql) => {
    await gate.promise;
    return (await sql.all<{ id: string }>`select id from workspaces order by id`).map((row) => row.id);
  });
  const later = Promise.all(["b", "c"].map((id) => add(database, id)));
  gate.resolve();
  assert.deepEqual(await long, []);
  await later;
  assert.deepEqual(await ids(database), ["b", "c"]);
});

Deno.test("when too much waits for the disk, the next write is refused at once and the others are kept", async () => {
  await using here = await opened();
  const { database } = here;
  const writes = Array.from({ length: 10_000 }, (_, i) => add(database, `w${i}`));
  await assert.rejects(add(database, "one more"), (error) => isChatError(error, "unavailable"));
  await Promise.all(writes);
  assert.equal((await ids(database)).length, 10_000);
});

Deno.test("closing waits for what was being written", async () => {
  await using folder = await dataFolder();
  const database = await openSqlite(folder.file);
  const writing = add(database, "a");
  await database.close();
  await writing;
  await assert.rejects(add(database, "b"), (error) => isChatError(error, "unavailable"));
  const again = await openSqlite(folder.file);
  assert.deepEqual(await ids(again), ["a"]);
  await again.close();
});

Deno.test("bytes, long texts and large whole numbers come back as they were", async () => {
  await using here = await opened();
  const { database } = here;
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const text = "🙂ä\n'x".repeat(30_000);
  await database.transaction((sql) =>
    sql.run`insert into attachments (workspace_id, message_id, position, name, media_type, bytes)
      values (${text}, 'm', ${Number.MAX_SAFE_INTEGER}, '', '', ${bytes})`
  );
  const row = await database.read.get<{ text: string; position: number; bytes: Uint8Array }>`
    select workspace_id as text, position, bytes from attachments`;
  assert.ok(row?.text === text);
  assert.equal(row.position, Number.MAX_SAFE_INTEGER);
  assert.deepEqual(row.bytes, bytes);
});

Deno.test("nothing behind a NUL is lost, and positions stay what they were", async () => {
  await using here = await opened();
  const { database } = here;
  await add(database, "a\0b\0");
  assert.deepEqual(await ids(database), ["a\ufffdb\ufffd"]);
});
