/** Looks whether a file is a sound database of ours. Writes nothing, and may look while another process writes. */
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { strangeMigration } from "../sql/migrate.ts";
import { appliedMigrations } from "./applied_migrations.ts";
import { problemOf } from "./failure.ts";
import { migrations } from "./migrations.ts";

/**
 * Null when all is well, else what is wrong, to stand after a colon. An older database is well: it is migrated when
 * it is opened.
 */
export async function checkDatabase(file: string): Promise<string | null> {
  try {
    await Deno.stat(file);
    const database = await openToRead(file);
    try {
      return look(database);
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no such file";
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return problem;
  }
}

/** A file in a folder that cannot be written is opened as one that nobody changes: then it needs no files beside it. */
async function openToRead(file: string): Promise<DatabaseSync> {
  const isWritten = await Deno.stat(`${file}-wal`).then(() => true, () => false);
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    database.prepare("select 1 from sqlite_schema").get();
    return database;
  } catch (error) {
    database.close();
    if (isWritten || problemOf(error) === undefined) throw error;
    const url = pathToFileURL(file);
    url.searchParams.set("immutable", "1");
    return new DatabaseSync(url, { readOnly: true });
  }
}

function look(database: DatabaseSync): string | null {
  const damage = String(database.prepare("pragma integrity_check(1)").get()?.["integrity_check"]);
  if (damage !== "ok") return `the file is damaged (${damage})`;
  const table = database.prepare("select 1 from sqlite_schema where type = 'table' and name = 'migrations'").get();
  if (!table) return "it is not a database of WhisperEngine";
  const applied = appliedMigrations(database);
  if (applied.length === 0) return "it is not a database of WhisperEngine";
  return strangeMigration(applied, migrations) ?? null;
}
