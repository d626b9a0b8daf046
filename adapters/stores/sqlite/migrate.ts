/** Brings the file to this program's schema: each migration in a transaction, a copy before the first, a check after. */
import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../../server/domain/error.ts";
import { type Migration, migrationsTable, strangeMigration } from "../sql/migrate.ts";
import { appliedMigrations } from "./applied_migrations.ts";
import { addFunctions, connect } from "./connect.ts";
import { explain, problemOf } from "./failure.ts";
import { migrations as known } from "./migrations.ts";
import { compareSchemas } from "./schema.ts";
import { keepSnapshot, newestSnapshot } from "./snapshots.ts";

/** Throws `ChatError` "unavailable", saying how to go back, when the file cannot become what this program needs. */
export async function migrate(file: string, migrations: readonly Migration[] = known): Promise<void> {
  const connection = connect(file, { for: "write" });
  try {
    connection.exec(migrationsTable);
    const applied = appliedMigrations(connection);
    const strange = strangeMigration(applied, migrations);
    if (strange) throw await refusal(file, strange);
    const needed = migrations.slice(applied.length);
    if (needed[0] && applied.length > 0) await keepSnapshot(file, needed[0].number);
    for (const migration of needed) {
      try {
        apply(connection, migration);
      } catch (error) {
        if (problemOf(error)) throw error;
        const { number, name } = migration;
        throw await refusal(file, `migration ${number} "${name}" failed (${error}) and was undone`, error);
      }
    }
    const difference = compareSchemas(connection, expected(migrations));
    if (difference) throw await refusal(file, difference);
  } catch (error) {
    throw explain(error, file);
  } finally {
    connection.close();
  }
}

function apply(connection: DatabaseSync, { number, name, text }: Migration): void {
  connection.exec("begin immediate");
  try {
    connection.exec(text);
    connection.prepare("insert into migrations (number, name, applied_at) values (?, ?, now_ms())").run(number, name);
    connection.exec("commit");
  } catch (error) {
    if (connection.isTransaction) connection.exec("rollback");
    throw error;
  }
}

/** An empty database with the same migrations. */
function expected(migrations: readonly Migration[]): DatabaseSync {
  const memory = new DatabaseSync(":memory:");
  addFunctions(memory);
  memory.exec(migrationsTable);
  for (const { text } of migrations) memory.exec(text);
  return memory;
}

async function refusal(file: string, problem: string, cause?: unknown): Promise<ChatError> {
  const backup = await newestSnapshot(file) ?? "<backup>";
  return new ChatError(
    "unavailable",
    `Cannot use the database "${file}": ${problem}; to go back: whisperengine restore ${backup}`,
    { cause },
  );
}
