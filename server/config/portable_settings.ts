/** The part of the settings file that may go along in an archive. Pure. */
import { adapterRows, type AdapterTables } from "./setting_row.ts";
import { settingRows } from "./setting_rows.ts";
import { isRecord } from "./settings_file.ts";

type Values = Readonly<Record<string, unknown>>;

/** Without secrets, and without what is not known and so might be one. */
export function withoutSecrets(values: Values, tables: AdapterTables): Values {
  const rows = [...Object.values(settingRows), ...adapterRows(tables)];
  const names = rows.filter(({ isSecret, isInFile }) => !isSecret && isInFile).map(({ name }) => name);
  const kept = Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    if (name === "providers" && Array.isArray(value)) return [[name, value.filter(isRecord).map(withoutKey)]];
    const mayHoldPassword = typeof value === "string" && /:\/\/[^/]*@/.test(value);
    return names.includes(name) && !mayHoldPassword ? [[name, value]] : [];
  });
  return Object.fromEntries(kept);
}

function withoutKey({ name, kind, base_url }: Values): Values {
  return { name, kind, base_url };
}
