/** Puts a backup in the place of the database; what was there stays beside it. */
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../../server/domain/error.ts";
import { copyDatabase } from "./copy.ts";
import { checkDatabase } from "./check.ts";
import { lock } from "./lock.ts";

/**
 * Resolves with the new name of the database that was there, null when there was none. Throws "invalid" for a
 * damaged or foreign backup, "unavailable" while another process holds the database.
 */
export async function restoreBackup(from: string, file: string): Promise<string | null> {
  const problem = await checkDatabase(from);
  if (problem !== null) throw new ChatError("invalid", `Cannot restore "${from}": ${problem}`);
  await Deno.mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const held = await lock(file, 2000);
  try {
    // Copied before anything is touched, so that the disk being full costs nothing.
    const copy = `${file}.restoring`;
    await copyDatabase(from, copy);
    const old = await putAside(file);
    await Deno.rename(copy, file);
    return old;
  } finally {
    held.release();
  }
}

/** The old database under a dated name, its log folded in or beside it; `file` itself stays until it is replaced. */
async function putAside(file: string): Promise<string | null> {
  if (!await exists(file)) {
    await removeLogs(file);
    return null;
  }
  const old = `${file}.replaced-${new Date().toISOString().replace(/[:.]/g, "-")}.db`;
  if (await checkDatabase(file) === null) fold(file);
  await Deno.link(file, old).catch(() => Deno.copyFile(file, old));
  // The log of a damaged database is left as it is: it belongs to the old one, and would spoil the new.
  if (await exists(`${file}-wal`)) await Deno.rename(`${file}-wal`, `${old}-wal`);
  await removeLogs(file);
  return old;
}

/** The last connection that closes folds the log into the file and removes it. */
function fold(file: string): void {
  const database = new DatabaseSync(file);
  try {
    database.exec("pragma wal_checkpoint(truncate)");
  } finally {
    database.close();
  }
}

async function removeLogs(file: string): Promise<void> {
  for (const end of ["-wal", "-shm"]) {
    if (await exists(file + end)) await Deno.remove(file + end);
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await Deno.lstat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
