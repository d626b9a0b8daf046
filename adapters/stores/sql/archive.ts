/** All content as rows, for moving it elsewhere: read from one snapshot, written all or nothing. */
import { ChatError } from "../../../server/domain/error.ts";
import type { ArchiveRow } from "../../../server/domain/store.ts";
import { type ArchiveTable, archiveTables, type ColumnKind } from "./archive_tables.ts";
import type { Sql, Value } from "./sql.ts";

export interface Snapshot {
  readonly sql: Sql;
  close(): void | Promise<void>;
}

/** A transaction whose work may await anything. */
export type Alone = <T>(work: (sql: Sql) => Promise<T>) => Promise<T>;

/** The snapshot is let go when the reader has all, or stops. */
export async function* exportRows(open: () => Snapshot | Promise<Snapshot>): AsyncGenerator<ArchiveRow, void> {
  const snapshot = await open();
  try {
    for (const table of archiveTables) {
      for await (const row of rowsOf(snapshot.sql, table)) yield { table: table.name, row };
    }
  } finally {
    await snapshot.close();
  }
}

async function* rowsOf(sql: Sql, { name, key, columns, batch }: ArchiveTable): AsyncGenerator<ArchiveRow["row"]> {
  const order = key.join(", ");
  const select = `select ${Object.keys(columns).join(", ")} from ${name}`;
  const first = template(`${select} order by ${order} limit `, "");
  const next = template(
    `${select} where (${order}) > (`,
    ...key.slice(1).map(() => ", "),
    `) order by ${order} limit `,
    "",
  );
  let rows = await sql.all<Record<string, Value>>(first, batch);
  for (;;) {
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < batch) return;
    rows = await sql.all(next, ...key.map((column) => last[column]!), batch);
  }
}

export async function importRows(alone: Alone, rows: AsyncIterable<ArchiveRow>): Promise<{ rows: number }> {
  const tables = new Map(archiveTables.map((table) => [table.name, { table, insert: insertOf(table) }]));
  return await alone(async (sql) => {
    for (const { name } of archiveTables) {
      if (await sql.get(template(`select 1 from ${name} limit 1`))) {
        throw new ChatError(
          "conflict",
          `Cannot import here: there is content already ("${name}"); choose an empty data folder`,
        );
      }
    }
    let count = 0;
    for await (const { table: name, row } of rows) {
      const known = tables.get(name);
      if (!known) throw invalid(name, "this program has no such table");
      await insert(sql, known.insert, known.table, row);
      count++;
    }
    return { rows: count };
  });
}

async function insert(
  sql: Sql,
  text: TemplateStringsArray,
  table: ArchiveTable,
  row: ArchiveRow["row"],
): Promise<void> {
  const { name, columns } = table;
  const strange = Object.keys(row).find((column) => !Object.hasOwn(columns, column));
  if (strange !== undefined) throw invalid(name, `this program has no column "${strange}"`);
  const values = Object.entries(columns).map(([column, kind]) => {
    const value = Object.hasOwn(row, column) ? row[column]! : null;
    if (value !== null && !isKind(value, kind)) throw invalid(name, `column "${column}" must be ${kind}`);
    return value;
  });
  try {
    await sql.run(text, ...values);
  } catch (error) {
    // What the engine refuses is the row's fault, unless the engine itself is in trouble.
    if (error instanceof ChatError) throw error;
    throw invalid(name, error instanceof Error ? error.message : String(error), error);
  }
}

function isKind(value: NonNullable<Value>, kind: ColumnKind): boolean {
  if (kind === "bytes") return value instanceof Uint8Array;
  return kind === "integer" ? Number.isSafeInteger(value) : typeof value === "string";
}

function insertOf({ name, columns }: ArchiveTable): TemplateStringsArray {
  const names = Object.keys(columns);
  return template(`insert into ${name} (${names.join(", ")}) values (`, ...names.slice(1).map(() => ", "), ")");
}

function invalid(table: string, problem: string, cause?: unknown): ChatError {
  return new ChatError("invalid", `Cannot import a row of "${table.slice(0, 80)}": ${problem.slice(0, 200)}`, {
    cause,
  });
}

/** A template whose text comes from the list of tables above, never from outside. */
function template(...pieces: string[]): TemplateStringsArray {
  return Object.assign(pieces, { raw: pieces });
}
