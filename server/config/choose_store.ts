/** Which store of the table is used. Pure. */
import type { Table } from "../domain/table.ts";

/** The one whose required settings are there; else the one that needs none. */
export function chooseStore(stores: Table<unknown>, values: Readonly<Record<string, string>>): string {
  const names = Object.keys(stores);
  const required = (name: string) => stores[name]!.settings.filter((row) => row.required);
  const asked = names.find((name) => required(name).length > 0 && required(name).every((row) => values[row.name]));
  return asked ?? names.find((name) => required(name).length === 0) ?? "sqlite";
}
