/** A full disk, a read-only folder, a killed process, a second process: each is said clearly, and nothing is lost. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqlite } from "../../../../adapters/stores/sqlite/file.ts";
import { checkDatabase, open } from "../../../../adapters/stores/sqlite/open.ts";
import { isChatError } from "../../../../server/domain/error.ts";
import { ask, everything, talk } from "../../../contracts/chat_on_store.ts";
import { testWhere } from "../../../run/test_where.ts";
import { type DataFolder, dataFolder } from "./data_folder.ts";

const unavailable = (...said: RegExp[]) => (error: unknown) =>
  isChatError(error, "unavailable") && said.every((part) => part.test(error.message));

const mayMount = await canMount();
const noMount = "file systems cannot be mounted here";

testWhere(
  mayMount,
  noMount,
  "when the disk is full it is said, what was stored stays, and it goes on when there is space",
  async () => {
    await using disk = await smallDisk("4m");
    const store = await open({ file: disk.file });
    const kept = await talk(store, "kept", "yes");
    const filler = join(disk.path, "filler");
    await fill(filler);
    const long = "x".repeat(100_000);
    let stored = 0;
    await assert.rejects(async () => {
      for (;; stored++) await ask(store, `${stored} ${long}`, { conversation: kept.conversation, addressed: false });
    }, unavailable(/disk is full/, /free some space/));
    await assert.rejects(store.backup(join(disk.path, "copy.db")), unavailable(/disk is full/));
    const shown = async () =>
      (await store.conversations.messages(everything, kept.conversation, { limit: 99, cursor: null })).items;
    assert.equal((await shown()).length, 2 + stored);
    await Deno.remove(filler);
    await ask(store, "there is space again", { conversation: kept.conversation, addressed: false });
    assert.equal((await shown()).at(-1)?.text, "there is space again");
    await store.close();
    assert.equal(await checkDatabase(disk.file), null);
  },
);

testWhere(
  mayMount,
  noMount,
  "a folder that becomes read-only is said, and what was stored can still be read",
  async () => {
    await using disk = await smallDisk("8m");
    const store = await open({ file: disk.file });
    const { conversation } = await talk(store, "kept", "yes");
    await store.close();
    await mount("-o", "remount,ro", disk.path);
    await assert.rejects(open({ file: disk.file }), unavailable(/read-only/));
    await assert.rejects(open({ file: join(disk.path, "new", "whisper.db") }), unavailable(/[Rr]ead-only/));
    assert.equal(await checkDatabase(disk.file), null);
    await mount("-o", "remount,rw", disk.path);
    const again = await open({ file: disk.file });
    assert.equal((await again.conversations.get(everything, conversation)).id, conversation);
    await again.close();
  },
);

Deno.test("when the database may grow no more, a write is refused whole and reading goes on", async () => {
  await using folder = await dataFolder();
  const database = await openSqlite(folder.file);
  const add = (id: string, bytes: number) =>
    database.transaction((sql) =>
      sql.run`insert into workspaces (id, name, created_at) values (${id}, ${"x".repeat(bytes)}, 1)`
    );
  await add("small", 10);
  await database.transaction(async (sql) => {
    const page = await sql.get<{ page_count: number }>`pragma page_count`;
    const pragma = [`pragma max_page_count = ${page!.page_count + 5}`];
    await sql.all(Object.assign(pragma, { raw: pragma }));
  });
  await assert.rejects(add("large", 1_000_000), unavailable(/disk is full/));
  await add("small too", 10);
  const rows = await database.read.all<{ id: string }>`select id from workspaces order by id`;
  assert.deepEqual(rows.map((row) => row.id), ["small", "small too"]);
  await database.close();
});

Deno.test("a process killed while it commits loses nothing that it acknowledged", async () => {
  await using folder = await dataFolder();
  const acknowledged: string[] = [];
  for (let round = 0; round < 4; round++) {
    const lines = await killedAfter(folder.file, round, 40 + Math.floor(Math.random() * 200));
    assert.equal(lines[0], "open");
    acknowledged.push(...lines.slice(1));
    assert.equal(await checkDatabase(folder.file), null);
    const database = new DatabaseSync(folder.file);
    const there = database.prepare("select w.id from workspaces w join people p on p.id = w.id").all().map((row) =>
      row["id"]
    );
    const halves = database.prepare("select (select count(*) from workspaces) - (select count(*) from people) as n")
      .get();
    database.close();
    assert.deepEqual(new Set(acknowledged).difference(new Set(there)), new Set());
    assert.equal(halves?.["n"], 0);
  }
  assert.ok(acknowledged.length >= 150);
});

Deno.test("a second process waits a little, then says who has the data folder; a killed one holds nothing", async () => {
  await using folder = await dataFolder();
  const child = writingProcess(folder.file, 0);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  await lines.read();
  await assert.rejects(
    openSqlite(folder.file, { waitMs: 100 }),
    unavailable(/another WhisperEngine uses it/, new RegExp(folder.path)),
  );
  const waiting = openSqlite(folder.file, { waitMs: 5000 });
  child.kill("SIGKILL");
  await (await waiting).close();
  await lines.cancel();
  await child.status;
});

Deno.test("a file where the data folder should be is said", async () => {
  await using folder = await dataFolder();
  const path = join(folder.path, "file");
  await Deno.writeTextFile(path, "");
  await assert.rejects(open({ file: join(path, "whisper.db") }), unavailable(/data folder/, /choose another folder/));
});

function writingProcess(file: string, round: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("./writing_process.ts", import.meta.url).pathname, file, `${round}`],
    stdout: "piped",
  }).spawn();
}

/** The whole lines that it wrote before it was killed. */
async function killedAfter(file: string, round: number, lines: number): Promise<string[]> {
  const child = writingProcess(file, round);
  let text = "";
  let isKilled = false;
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (!isKilled && text.split("\n").length > lines) {
      child.kill("SIGKILL");
      isKilled = true;
    }
  }
  await child.status;
  return text.split("\n").slice(0, -1);
}

async function smallDisk(size: string): Promise<DataFolder> {
  const folder = await dataFolder();
  const path = join(folder.path, "disk");
  await Deno.mkdir(path);
  await mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path);
  return {
    path,
    file: join(path, "whisper.db"),
    async [Symbol.asyncDispose]() {
      await new Deno.Command("umount", { args: [path] }).output();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Leaves a few pages. */
async function fill(path: string): Promise<void> {
  using file = await Deno.open(path, { create: true, write: true });
  try {
    for (;;) await file.write(new Uint8Array(64 * 1024));
  } catch (error) {
    assert.ok(error instanceof Error && /No space left/.test(error.message), String(error));
  }
  const { size } = await file.stat();
  await file.truncate(Math.max(0, size - 400 * 1024));
}

async function mount(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("mount", { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

async function canMount(): Promise<boolean> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const path = await Deno.makeTempDir();
  const { success } = await new Deno.Command("mount", { args: ["-t", "tmpfs", "tmpfs", path] }).output();
  if (success) await new Deno.Command("umount", { args: [path] }).output();
  await Deno.remove(path);
  return success;
}
