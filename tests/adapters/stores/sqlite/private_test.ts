/** What people say to the program is theirs: its files are for their user only. */
import { equal } from "node:assert/strict";
import { join } from "node:path";
import { copyDatabase, open } from "../../../../adapters/stores/sqlite/open.ts";
import { testWhere } from "../../../run/test_where.ts";

testWhere(
  Deno.build.os !== "windows",
  "Windows has no permission bits",
  "nobody else on the machine can read the database, its log or a backup",
  async () => {
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o755);
    try {
      const data = join(folder, "new", "data");
      await checkFilesIn(data);
      await checkFilesIn(folder); // a folder that was there before, open to everybody
      equal(await modeOf(join(folder, "new")), "700");
      equal(await modeOf(data), "700");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** A database in use, and a copy of it, all of whose files are looked at. */
async function checkFilesIn(data: string): Promise<void> {
  const file = join(data, "whisperengine.db");
  const store = await open({ file });
  try {
    await store.people.find("home", "local", "You");
    await copyDatabase(file, join(data, "copy.db"));
    for (const name of ["whisperengine.db", "whisperengine.db-wal", "whisperengine.db-shm", "copy.db"]) {
      equal(await modeOf(join(data, name)), "600", name);
    }
  } finally {
    await store.close();
  }
}

async function modeOf(path: string): Promise<string> {
  return ((await Deno.stat(path)).mode! & 0o777).toString(8);
}
