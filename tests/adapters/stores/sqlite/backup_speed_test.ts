/** A backup of a database in use does not hold it up. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { checkDatabase, copyDatabase } from "../../../../adapters/stores/sqlite/open.ts";
import { openSqlite } from "../../../../adapters/stores/sqlite/file.ts";
import { dataFolder } from "./data_folder.ts";

Deno.test("a backup made while others write is one whole moment of it, and the event loop never waits 50 ms", async () => {
  await using folder = await dataFolder();
  const database = await openSqlite(folder.file);
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const add = (i: number) =>
    database.transaction(async (sql) => {
      await sql.run`insert into workspaces (id, name, created_at) values (${`w${i}`}, '', ${i})`;
      await sql.run`insert into attachments (workspace_id, message_id, position, name, media_type, bytes)
        values ('w', ${`m${i}`}, 0, '', '', ${i < 1000 ? bytes : new Uint8Array()})`;
    });
  for (let i = 0; i < 1000; i++) await add(i); // 60 MB
  const to = join(folder.path, "copy.db");
  let longestMs = 0;
  let isDone = false;
  let written = 1000;
  const copying = copyDatabase(folder.file, to).finally(() => isDone = true);
  let last = performance.now();
  while (!isDone) {
    if (written < 1500) await add(written++);
    await new Promise((resolve) => setTimeout(resolve, 0));
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  }
  await copying;
  await database.close();
  assert.ok(longestMs < 50, `the event loop waited ${longestMs} ms`);
  assert.equal(await checkDatabase(to), null);
  const copy = new DatabaseSync(to, { readOnly: true });
  const counts = copy.prepare("select (select count(*) from workspaces) as a, (select count(*) from attachments) as b")
    .get()!;
  copy.close();
  assert.equal(counts["a"], counts["b"]);
  assert.ok(Number(counts["a"]) >= 1000);
});
