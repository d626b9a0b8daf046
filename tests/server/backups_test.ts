/** Backups are made every day, whatever happens to the clock, the disk and the second folder. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { open } from "../../adapters/stores/sqlite/open.ts";
import { type BackupOptions, type Clock, runBackups } from "../../server/backups.ts";
import { ChatError } from "../../server/domain/error.ts";

const hourMs = 60 * 60 * 1000;
const start = Date.UTC(2026, 10, 22, 12);

Deno.test("a backup is made at once, then every day, seven and four are kept, and the second folder has them too", async () => {
  await using world = await openWorld();
  await world.run({}, 40 * 24 * hourMs);
  const names = await world.backups();
  assert.equal(names.length, 11);
  assert.equal(names.at(-1), "whisperengine-2026-12-31T12-00-00.db");
  assert.deepEqual(await namesIn(world.second), names);
  assert.deepEqual(world.failures, []);
  const store = await open({ file: join(world.folder, names[0]!) });
  await store.close();
});

Deno.test("a machine that slept for three days makes one backup when it wakes", async () => {
  await using world = await openWorld();
  await world.run({}, 3 * hourMs);
  assert.equal((await world.backups()).length, 1);
  world.sleep(72 * hourMs);
  await world.run({}, 3 * hourMs);
  assert.equal((await world.backups()).length, 2);
});

Deno.test("a program that is started again does not make a second backup on the same day", async () => {
  await using world = await openWorld();
  for (let i = 0; i < 5; i++) await world.run({}, hourMs);
  assert.equal((await world.backups()).length, 1);
});

Deno.test("a backup that fails is reported, tried again every hour, and made when it can be", async () => {
  await using world = await openWorld();
  let tries = 0;
  const backup = async (file: string) => {
    if (++tries < 4) throw new ChatError("unavailable", "Cannot copy the database: the disk is full");
    await world.store.backup(file);
  };
  await world.run({ store: { backup } }, 24 * hourMs - 1);
  assert.equal(tries, 4);
  assert.equal(world.failures.length, 3);
  assert.deepEqual(await world.backups(), ["whisperengine-2026-11-22T15-00-00.db"]);
});

Deno.test("a second folder that is not there is reported, and does not keep the backup from being made", async () => {
  await using world = await openWorld();
  const copyTo = join(world.second, "unplugged");
  await world.run({ copyTo }, hourMs);
  assert.equal((await world.backups()).length, 1);
  assert.equal(world.failures.length, 1);
  assert.match(String(world.failures[0]), /unplugged/);
});

Deno.test("other files in the folder are left alone", async () => {
  await using world = await openWorld();
  await Deno.mkdir(world.folder);
  const mine = ["whisperengine-my-own.db", "notes.txt", "whisperengine-2026-99-99T00-00-00.db"];
  for (const name of mine) await Deno.writeTextFile(join(world.folder, name), "mine");
  await world.run({}, 30 * 24 * hourMs);
  const names = await namesIn(world.folder);
  assert.ok(mine.every((name) => names.includes(name)));
  assert.equal(names.length, mine.length + 11);
});

/** A store, two folders and a clock that goes as fast as the work. */
async function openWorld() {
  const path = await Deno.makeTempDir({ prefix: "whisper-backups-" });
  const store = await open({ file: join(path, "whisper.db") });
  const [folder, second] = [join(path, "backups"), join(path, "second")];
  await Deno.mkdir(second);
  const failures: unknown[] = [];
  let now = start;
  return {
    ...{ store, folder, second, failures },
    backups: () => namesIn(folder),
    sleep: (ms: number) => void (now += ms),
    /** Lets `forMs` of its time go by. */
    async run(over: Partial<BackupOptions>, forMs: number) {
      const until = now + forMs;
      const end = new AbortController();
      const clock: Clock = {
        now: () => now,
        wait(ms) {
          now += ms;
          if (now >= until) end.abort();
          return Promise.resolve();
        },
      };
      const report = (error: unknown) => void failures.push(error);
      await runBackups({ store, folder, copyTo: second, clock, report, ...over }, end.signal);
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await Deno.remove(path, { recursive: true });
    },
  };
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name).toSorted();
}
