/** Whether a database's tables, indexes and triggers are those that are expected. */
import type { DatabaseSync } from "node:sqlite";

/** Undefined when they are the same; else what differs, as part of a sentence. Closes `expected`. */
export function compareSchemas(actual: DatabaseSync, expected: DatabaseSync): string | undefined {
  const [has, wants] = [schemaOf(actual), schemaOf(expected)];
  expected.close();
  const names = [...new Set([...wants.keys(), ...has.keys()])];
  const differences = names.flatMap((name) => {
    if (!has.has(name)) return [`${name} is missing`];
    if (!wants.has(name)) return [`${name} is none of ours`];
    return has.get(name) === wants.get(name) ? [] : [`${name} is not as expected`];
  });
  if (differences.length > 3) differences.splice(3, Infinity, `${differences.length - 3} more differ`);
  return differences.length > 0 ? differences.join(", ") : undefined;
}

/** Statements by kind and name, without what SQLite keeps for itself. */
function schemaOf(database: DatabaseSync): Map<string, string> {
  const rows = database.prepare(`
    select type, name, sql from sqlite_schema
    where sql is not null and name not like 'sqlite\\_%' escape '\\'
      and name not in (select name from pragma_table_list where type = 'shadow')
  `).all() as { type: string; name: string; sql: string }[];
  return new Map(rows.map(({ type, name, sql }) => [`${type} "${name}"`, sql.replace(/\s+/g, " ").toLowerCase()]));
}
