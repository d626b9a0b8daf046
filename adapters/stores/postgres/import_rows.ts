/** Takes an archive in: nobody else writes meanwhile, and what came is findable afterwards. */
import type { ArchiveRow } from "../../../server/domain/store.ts";
import { importRows as importInto } from "../sql/archive.ts";
import { archiveTables } from "../sql/archive_tables.ts";
import type { Sql } from "../sql/sql.ts";
import type { PostgresDatabase } from "./database.ts";
import { explain } from "./failure.ts";

const batch = 200;
const tables = archiveTables.map(({ name }) => name).join(", ");

/** What it promises is told at `ArchivableStore`. */
export function importRows(
  database: PostgresDatabase,
  rows: AsyncIterable<ArchiveRow>,
  shown: string,
): Promise<{ rows: number }> {
  return importInto((work) =>
    database.once(async (sql, connection) => {
      await connection.execute(`lock table ${tables} in exclusive mode`);
      const value = await work(explaining(sql, shown));
      await indexAll(sql);
      return value;
    }), rows);
}

/** The server's own trouble is told apart from rows that do not fit. */
function explaining(sql: Sql, shown: string): Sql {
  const explained = <T>(result: Promise<T>) => result.catch((error) => Promise.reject(explain(error, shown)));
  return {
    ...sql,
    all: (strings, ...values) => explained(sql.all(strings, ...values)),
    get: (strings, ...values) => explained(sql.get(strings, ...values)),
    run: (strings, ...values) => explained(sql.run(strings, ...values)),
  };
}

/** By id, which is the order in which they were written: search shows the newest first. */
async function indexAll(sql: Sql): Promise<void> {
  for (let after = "", isMore = true; isMore;) {
    const messages = await sql.all<{ id: string; text: string }>`
      select id, text from messages where text is not null and id > ${after} order by id limit ${batch}`;
    for (const { id, text } of messages) await sql.index(id, text);
    after = messages.at(-1)?.id ?? after;
    isMore = messages.length === batch;
  }
}
