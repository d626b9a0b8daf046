/** Whether a database has everything that is expected, as it is expected; what others have added is their affair. */
import type { Sql } from "../sql/sql.ts";
import type { PostgresDatabase } from "./database.ts";

/** Rolls back whatever was done meanwhile. */
class Undo extends Error {
  constructor(readonly difference: string | undefined) {
    super();
  }
}

/** Undefined when nothing is missing or other than `text` would make it; else what differs, as part of a sentence. */
export async function compareSchemas(database: PostgresDatabase, text: string): Promise<string | undefined> {
  try {
    return await database.once(async (sql, connection) => {
      const has = await schemaOf(sql);
      // Made beside it and taken back, so that both are told by the same server in the same words.
      const beside = `whisper_check_${crypto.randomUUID().replaceAll("-", "")}`;
      await connection.execute(`create schema ${beside}; set local search_path to ${beside}; ${text}`);
      throw new Undo(differenceOf(has, await schemaOf(sql)));
    });
  } catch (error) {
    if (error instanceof Undo) return error.difference;
    throw error;
  }
}

function differenceOf(has: Map<string, string>, wants: Map<string, string>): string | undefined {
  const differences = [...wants].flatMap(([name, definition]) => {
    if (!has.has(name)) return [`${name} is missing`];
    return has.get(name) === definition ? [] : [`${name} is not as expected`];
  });
  if (differences.length > 3) differences.splice(3, Infinity, `${differences.length - 3} more differ`);
  return differences.length > 0 ? differences.join(", ") : undefined;
}

/** Definitions by kind and name, without the name of the schema they stand in. */
async function schemaOf(sql: Sql): Promise<Map<string, string>> {
  const rows = await sql.all<{ name: string; definition: string; home: string }>`
    select 'column "' || c.relname || '.' || a.attname || '"' as name, current_schema() as home,
      concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated, l.collname,
        pg_get_expr(d.adbin, d.adrelid)) as definition
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    left join pg_collation l on l.oid = a.attcollation
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
    union all
    select 'index "' || i.relname || '"', current_schema(), pg_get_indexdef(i.oid)
    from pg_class i where i.relnamespace = current_schema()::regnamespace and i.relkind = 'i'
    union all
    select 'rule "' || k.conname || '"', current_schema(), pg_get_constraintdef(k.oid)
    from pg_constraint k where k.connamespace = current_schema()::regnamespace and k.contype <> 'n'
    union all
    select 'function "' || p.proname || '"', current_schema(), pg_get_functiondef(p.oid)
    from pg_proc p where p.pronamespace = current_schema()::regnamespace and p.prokind = 'f'
    order by 1`;
  return new Map(rows.map(({ name, definition, home }) => [name, definition.replaceAll(`${home}.`, "")]));
}
