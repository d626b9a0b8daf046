/** Backups are made while the store is in use, are verified, and can be put back. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { checkDatabase, copyDatabase, open, restoreBackup } from "../../../../adapters/stores/sqlite/open.ts";
import { isChatError } from "../../../../server/domain/error.ts";
import { everything, talk } from "../../../contracts/chat_on_store.ts";
import { dataFolder } from "./data_folder.ts";

const namesIn = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);

Deno.test("a backup that cannot be made leaves nothing, and says why", async () => {
  await using folder = await dataFolder();
  const store = await open({ file: folder.file });
  await talk(store, "hello", "hi");
  const to = join(folder.path, "nowhere", "copy.db");
  await assert.rejects(store.backup(to), (error) => isChatError(error, "unavailable") && error.message.includes(to));
  await store.close();
  const damaged = join(folder.path, "damaged.db");
  const bytes = await Deno.readFile(folder.file);
  await Deno.writeFile(damaged, bytes.fill(0x41, 8192 * 3, 8192 * 30));
  const copy = join(folder.path, "copy.db");
  await assert.rejects(
    copyDatabase(damaged, copy),
    (error) => isChatError(error, "unavailable") && /damaged/.test(error.message),
  );
  assert.deepEqual((await namesIn(folder.path)).filter((name) => name.startsWith("copy")), []);
});

Deno.test("a backup is put back in the place of the database, which is kept beside it with all that was in it", async () => {
  await using folder = await dataFolder();
  const backup = join(folder.path, "backup.db");
  const before = await open({ file: folder.file });
  await talk(before, "early", "yes");
  await before.backup(backup);
  await talk(before, "late", "yes");
  await before.close();
  const old = await restoreBackup(backup, folder.file);
  const found = async (file: string) => {
    const store = await open({ file });
    const { items } = await store.conversations.search(everything, "early", { limit: 9, cursor: null });
    const late = await store.conversations.search(everything, "late", { limit: 9, cursor: null });
    await store.close();
    return [items.length, late.items.length];
  };
  assert.deepEqual(await found(folder.file), [1, 0]);
  assert.deepEqual(await found(old!), [1, 1]);
  assert.deepEqual(await checkDatabase(folder.file), null);
});

Deno.test("what is in the log of a program that was killed is kept when a backup is put back", async () => {
  await using folder = await dataFolder();
  const backup = join(folder.path, "backup.db");
  const store = await open({ file: folder.file });
  await store.backup(backup);
  await talk(store, "late", "yes");
  // As kill -9 leaves it: the log not folded in.
  const killed = join(folder.path, "killed.db");
  await Deno.copyFile(folder.file, killed);
  await Deno.copyFile(`${folder.file}-wal`, `${killed}-wal`);
  await store.close();
  const old = await restoreBackup(backup, killed);
  assert.deepEqual((await namesIn(folder.path)).filter((name) => /^killed.*-(wal|shm)$/.test(name)), []);
  const kept = await open({ file: old! });
  assert.equal((await kept.conversations.search(everything, "late", { limit: 9, cursor: null })).items.length, 1);
  await kept.close();
});

Deno.test("a backup can be put where no database is yet", async () => {
  await using folder = await dataFolder();
  const backup = join(folder.path, "backup.db");
  const store = await open({ file: folder.file });
  await store.backup(backup);
  await store.close();
  const file = join(folder.path, "new", "folder", "whisper.db");
  assert.equal(await restoreBackup(backup, file), null);
  assert.equal(await checkDatabase(file), null);
});

Deno.test("a damaged database can be replaced, a damaged backup cannot", async () => {
  await using folder = await dataFolder();
  const backup = join(folder.path, "backup.db");
  const store = await open({ file: folder.file });
  await talk(store, "hello", "hi");
  await store.backup(backup);
  await store.close();
  await Deno.writeFile(folder.file, new Uint8Array(100_000).fill(1));
  await assert.rejects(
    open({ file: folder.file }),
    (error) => isChatError(error, "unavailable") && /not a database/.test(error.message),
  );
  for (const [name, content] of [["empty.db", ""], ["text.db", "hello ".repeat(2000)]] as const) {
    await Deno.writeTextFile(join(folder.path, name), content);
    await assert.rejects(
      restoreBackup(join(folder.path, name), folder.file),
      (error) => isChatError(error, "invalid"),
      name,
    );
  }
  await assert.rejects(
    restoreBackup(join(folder.path, "none.db"), folder.file),
    (error) => isChatError(error, "invalid"),
  );
  await Deno.writeFile(`${folder.file}-wal`, new Uint8Array(50_000).fill(2));
  const old = await restoreBackup(backup, folder.file);
  assert.equal(await checkDatabase(folder.file), null);
  assert.deepEqual(await Deno.readFile(`${old}-wal`), new Uint8Array(50_000).fill(2));
});

Deno.test("nothing is put back while the database is in use, and looking at it disturbs nobody", async () => {
  await using folder = await dataFolder();
  const backup = join(folder.path, "backup.db");
  const store = await open({ file: folder.file });
  await store.backup(backup);
  await talk(store, "hello", "hi");
  assert.equal(await checkDatabase(folder.file), null);
  await assert.rejects(restoreBackup(backup, folder.file), (error) => isChatError(error, "unavailable"));
  await talk(store, "still here", "yes");
  await store.close();
});
