/** Which migrations a database still needs: numbered from 1, each applied once, in order. */
import { ChatError } from "../../../server/domain/error.ts";
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

/**
 * Those that are not applied yet. Throws `ChatError` "unavailable" when the database has one that this program does
 * not know; `cure` ends the sentence.
 */
export function pending(
  applied: readonly { readonly number: number; readonly name: string }[],
  known: readonly Migration[],
  cure: string,
): readonly Migration[] {
  const strange = applied.find(({ number, name }) => known[number - 1]?.name !== name);
  if (strange) {
    throw new ChatError(
      "unavailable",
      `Cannot use the database: a newer WhisperEngine made it (migration ${strange.number} "${strange.name}", this one knows ${known.length}); update WhisperEngine, ${cure}`,
    );
  }
  return known.slice(applied.length);
}
