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
    await migrate(file);
    return openDatabase(file, held.release);
  } catch (error) {
    held.release();
    throw error;
  }
}
