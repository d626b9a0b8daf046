/** Brings the database to this program's schema: one process at a time, all or nothing, checked afterwards. */
import { ChatError } from "../../../server/domain/error.ts";
import { type AppliedMigration, type Migration, migrationsTable, strangeMigration } from "../sql/migrate.ts";
import type { Sql } from "../sql/sql.ts";
import type { Connection } from "./connection.ts";
import type { PostgresDatabase } from "./database.ts";
import { explain } from "./failure.ts";
import { inPostgres, migrations as known } from "./migrations.ts";
import { compareSchemas } from "./schema.ts";

/** Of the advisory lock that replicas take when they start together: any number that no other program uses. */
const lockKey = 7_715_001;

/**
 * Backups before it are `pg_dump`'s business. Throws `ChatError` "unavailable" when the database cannot become what
 * this program needs; then it is as it was.
 */
export async function migrate(
  database: PostgresDatabase,
  shown: string,
  migrations: readonly Migration[] = known,
): Promise<void> {
  await database.once(async (sql, connection) => {
    await sql.get`select pg_advisory_xact_lock(${lockKey})`;
    await connection.execute(inPostgres(migrationsTable));
    const applied = await sql.all<AppliedMigration>`select number, name from migrations order by number`;
    const strange = strangeMigration(applied, migrations);
    if (strange) throw refusal(shown, strange);
    for (const migration of migrations.slice(applied.length)) await apply(sql, connection, migration, shown);
  });
  const difference = await compareSchemas(database, migrations.map(({ text }) => text).join("\n"));
  if (difference) throw refusal(shown, difference);
}

async function apply(sql: Sql, connection: Connection, migration: Migration, shown: string): Promise<void> {
  const { number, name, text } = migration;
  try {
    await connection.execute(text);
    await sql.run`insert into migrations (number, name, applied_at) values (${number}, ${name}, now_ms())`;
  } catch (error) {
    if (explain(error, shown) !== error) throw error; // the server's trouble, not the migration's
    throw refusal(shown, `migration ${number} "${name}" failed (${error}) and was undone`, error);
  }
}

function refusal(shown: string, problem: string, cause?: unknown): ChatError {
  return new ChatError(
    "unavailable",
    `Cannot use the database ${shown}: ${problem}; to go back, restore a copy that pg_dump made`,
    { cause },
  );
}
