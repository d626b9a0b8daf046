/** Opens the database file: locked by us, migrated, ready. */
import { openDatabase, type SqliteDatabase } from "./database.ts";
import { lock } from "./lock.ts";
import { migrate } from "./migrate.ts";

/**
 * Who has it open knows that every earlier owner is dead. Throws `ChatError` "unavailable" when another process has
 * it for longer than `waitMs`, or when the file cannot be used.
 */
export async function openSqlite(file: string, { waitMs = 5000 } = {}): Promise<SqliteDatabase> {
  const held = await lock(file, waitMs);
  try {
    await createPrivately(file);
    await migrate(file);
    return openDatabase(file, held.release);
  } catch (error) {
    held.release();
    throw error;
  }
}

/** SQLite would make a file that everybody on the machine may read. Its log gets the rights of the file. */
async function createPrivately(file: string): Promise<void> {
  try {
    (await Deno.open(file, { createNew: true, write: true, mode: 0o600 })).close();
  } catch (error) {
    // It is there; or it cannot be made, and SQLite says why next.
    if (!(error instanceof Error)) throw error;
  }
}
