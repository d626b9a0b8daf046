/** The migrations that a database file has had. */
import type { DatabaseSync } from "node:sqlite";
import type { AppliedMigration } from "../sql/migrate.ts";

/** By number. The table must be there. */
export function appliedMigrations(database: DatabaseSync): AppliedMigration[] {
  const rows = database.prepare("select number, name from migrations order by number").all();
  return rows.map(({ number, name }) => ({ number: Number(number), name: String(name) }));
}
