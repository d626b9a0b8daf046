/** The migrations as SQLite runs them: the shared text, and what only SQLite has. */
import { type Migration, migrations as shared } from "../sql/migrate.ts";
import { firstSearch } from "./search_schema.ts";

/** By number. */
const own: Readonly<Record<number, string>> = { 1: firstSearch };

export const migrations: readonly Migration[] = shared.map(({ number, name, text }) => ({
  ...{ number, name },
  text: text.replaceAll("/* without rowid */", "without rowid") + (own[number] ?? ""),
}));
