/** The schema is brought up to date by one process at a time, and refused when it is not what this program needs. */
import assert from "node:assert/strict";
import { parseAddress } from "../../../../adapters/stores/postgres/address.ts";
import { migrate } from "../../../../adapters/stores/postgres/migrate.ts";
import { migrations } from "../../../../adapters/stores/postgres/migrations.ts";
import { isChatError } from "../../../../server/domain/error.ts";
import { ask } from "../../../contracts/chat_on_store.ts";
import { openAt } from "./opened.ts";
import { startPostgres } from "./server.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

function refused(...said: RegExp[]) {
  return (error: unknown) =>
    isChatError(error, "unavailable") && [...said, /pg_dump/].every((part) => part.test(error.message));
}

const next = (text: string) => ({ number: migrations.length + 1, name: "extra", text });

Deno.test("three programs that start at once make the tables once", async () => {
  const url = await server.newDatabase();
  const starts = await Promise.all([0, 1, 2].map(() =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", new URL("start_once.ts", import.meta.url).pathname, url],
    }).output()
  ));
  const decoder = new TextDecoder();
  for (const { success, stderr } of starts) assert.ok(success, decoder.decode(stderr));
  const rows = await server.query<{ n: number }>(url, "select count(*) as n from migrations");
  assert.equal(rows[0]?.n, migrations.length);
  const people = await server.query<{ n: number }>(url, "select count(*) as n from messages where role = 'user'");
  assert.equal(people[0]?.n, 3);
});

Deno.test("a database of a newer program is refused", async () => {
  const url = await server.newDatabase();
  await using opened = await openAt(url);
  const { shown } = parseAddress(url);
  await migrate(opened.database, shown, [...migrations, next("create table extra (id text primary key)")]);
  await assert.rejects(openAt(url), refused(/newer WhisperEngine/, /"extra"/));
});

Deno.test("a migration that fails leaves the database as it was", async () => {
  const url = await server.newDatabase();
  await using opened = await openAt(url);
  const broken = next("create table half (id text); insert into nowhere values (1)");
  await assert.rejects(
    migrate(opened.database, parseAddress(url).shown, [...migrations, broken]),
    refused(/migration .* failed/, /"nowhere" does not exist/),
  );
  await using again = await openAt(url);
  await ask(again.store, "still here");
});

Deno.test("a database whose tables are not as expected is refused, what was added to it is not", async () => {
  for (
    const [change, said] of [
      ["alter table messages alter column text type varchar(100)", /column "messages.text" is not as expected/],
      ["alter table turns drop column notice", /column "turns.notice" is missing/],
      ["drop index messages_tree", /index "messages_tree" is missing/],
      [
        "drop index turns_one_running; create index turns_one_running on turns (id)",
        /index "turns_one_running" is not/,
      ],
      ["alter table deliveries drop constraint deliveries_nonce_key", /deliveries_nonce_key/],
    ] as const
  ) {
    const url = await server.newDatabase();
    await (await openAt(url)).store.close();
    await server.query(url, change);
    await assert.rejects(openAt(url), refused(said), change);
  }
  const url = await server.newDatabase();
  await (await openAt(url)).store.close();
  await server.query(url, "create table of_the_operator (id int); create index faster on messages (created_at)");
  await (await openAt(url)).store.close();
});
