/** Looks whether a file is a sound database of ours. Writes nothing, and may look while another process writes. */
import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../../server/domain/error.ts";
import { pending } from "../sql/migrate.ts";
import { explain } from "./failure.ts";
import { migrations } from "./migrations.ts";

/** Null when all is well, else one sentence. An older database is well: it is migrated when it is opened. */
export async function checkDatabase(file: string): Promise<string | null> {
  try {
    await Deno.stat(file);
    const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
    try {
      return look(database);
    } finally {
      database.close();
    }
  } catch (error) {
    const explained = explain(error, file);
    if (explained instanceof ChatError) return explained.message;
    if (error instanceof Deno.errors.NotFound) return `There is no file "${file}"`;
    throw error;
  }
}

function look(database: DatabaseSync): string | null {
  const [found] = database.prepare("pragma integrity_check(1)").all();
  if (found?.["integrity_check"] !== "ok") return `The file is damaged: ${found?.["integrity_check"]}`;
  const table = database.prepare("select 1 from sqlite_schema where type = 'table' and name = 'migrations'").get();
  if (!table) return "It is not a database of WhisperEngine";
  const applied = database.prepare("select number, name from migrations order by number").all();
  if (applied.length === 0) return "It is not a database of WhisperEngine: it is empty";
  pending(
    applied.map(({ number, name }) => ({ number: Number(number), name: String(name) })),
    migrations,
    "or use a backup from before",
  );
  return null;
}
