/** The migrations, numbered from 1, each applied once and in order. */
import { first } from "./migrations/0001_first.ts";

export interface Migration {
  readonly number: number;
  readonly name: string;
  /** Statements as written for both engines. */
  readonly text: string;
}

export const migrations: readonly Migration[] = [
  { number: 1, name: "first", text: first },
];

/** The engine makes this table itself before it asks. */
export const migrationsTable = `create table if not exists migrations (
  number bigint primary key,
  name text not null,
  applied_at bigint not null
)`;

export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
}

/** What is wrong with a database that another program has migrated, to stand after a colon; undefined when nothing is. */
export function strangeMigration(
  applied: readonly AppliedMigration[],
  known: readonly Migration[],
): string | undefined {
  const strange = applied.find(({ number, name }, i) => number !== i + 1 || known[i]?.name !== name);
  return strange &&
    `a newer WhisperEngine made it (migration ${strange.number} "${strange.name}"; this one knows ${known.length}), so update WhisperEngine`;
}
