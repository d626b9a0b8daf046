/** Brings the file to this program's schema: each migration in a transaction, a copy before the first, a check after. */
import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../../server/domain/error.ts";
import { type Migration, migrationsTable, pending } from "../sql/migrate.ts";
import { addFunctions, connect } from "./connect.ts";
import { explain } from "./failure.ts";
import { migrations as known } from "./migrations.ts";
import { compareSchemas } from "./schema.ts";
import { keepSnapshot, newestSnapshot } from "./snapshots.ts";

/** Throws `ChatError` "unavailable", saying how to go back, when the file cannot become what this program needs. */
export async function migrate(file: string, migrations: readonly Migration[] = known): Promise<void> {
  const connection = connect(file, { for: "write" });
  try {
    connection.exec(migrationsTable);
    const applied = connection.prepare("select number, name from migrations order by number").all() as {
      number: number;
      name: string;
    }[];
    const needed = pending(applied, migrations, `or go back with: ${await goBack(file)}`);
    if (needed[0] && applied.length > 0) await keepSnapshot(file, needed[0].number);
    for (const migration of needed) apply(connection, migration);
    const difference = compareSchemas(connection, expected(migrations));
    if (difference) {
      throw new ChatError(
        "unavailable",
        `Cannot use the database "${file}": ${difference}; go back with: ${await goBack(file)}`,
      );
    }
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

async function goBack(file: string): Promise<string> {
  return `whisperengine restore ${await newestSnapshot(file) ?? "<backup>"}`;
}
