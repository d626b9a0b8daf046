/** The migrations as PostgreSQL runs them: the shared text, and what only PostgreSQL has. */
import { type Migration, migrations as shared } from "../sql/migrate.ts";
import { firstSearch } from "./search_schema.ts";

/** The database's clock, so replicas need not agree on the time; stable within a statement, so indexes can be used. */
const clock = `
create function now_ms() returns bigint language sql stable as
  $$ select (extract(epoch from statement_timestamp()) * 1000)::bigint $$;
`;

/** Where `claim_fairly.ts` looks. */
const fairness = `
create index turns_fair on turns (workspace_id, id) where state = 'queued' and kind = 'answer';
create index turns_busy on turns (workspace_id) where state = 'running' and kind = 'answer';
`;

/** By number: what comes before the shared text, and after it. */
const own: Readonly<Record<number, { readonly before: string; readonly after: string }>> = {
  1: { before: clock, after: firstSearch + fairness },
};

export const migrations: readonly Migration[] = shared.map(({ number, name, text }) => ({
  ...{ number, name },
  text: inPostgres((own[number]?.before ?? "") + text + (own[number]?.after ?? "")),
}));

/**
 * Texts are compared by their bytes, as in SQLite, whatever the server's language: sorting is the same everywhere, and
 * no index breaks when the system's language data change. The second word of a column's line is its type.
 */
export function inPostgres(text: string): string {
  return text.replaceAll(/^( +\w+) text\b/gm, '$1 text collate "C"').replaceAll(/^( +\w+) blob\b/gm, "$1 bytea");
}
