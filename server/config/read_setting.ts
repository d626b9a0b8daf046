/** Reads settings from wherever each is set first. Pure. */
import { withoutPassword } from "./address.ts";
import type { DefaultContext, SettingRow } from "./setting_row.ts";
import { describeSource, type Problem, type ShownSetting, type Source } from "./settings.ts";
import type { SettingsFile } from "./settings_file.ts";

/** By the flag's name, without dashes. */
export type Flags = Readonly<Record<string, string | true>>;

export interface SettingSources {
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string>>;
  /** Null: not read yet. */
  readonly file: SettingsFile | null;
}

export interface ReadSetting<Value> {
  readonly value: Value;
  readonly source: Source;
}

/** Reads settings one by one, and remembers how each came out. */
export interface SettingReader {
  /** The first text that is set and not empty. What is wrong becomes a problem, and the default stands in for it. */
  read<Value>(row: SettingRow<Value>): ReadSetting<Value>;
  readonly shown: readonly ShownSetting[];
  readonly problems: readonly Problem[];
}

export function openSettingReader(sources: SettingSources, context: DefaultContext): SettingReader {
  const shown: ShownSetting[] = [];
  const problems: Problem[] = [];
  return {
    shown,
    problems,
    read(row) {
      const usual = { value: row.byDefault(context), source: { kind: "profile", profile: context.profile } as const };
      const found = find(row, sources);
      const value = found?.text === undefined ? undefined : row.parse(found.text);
      if (found !== undefined && value === undefined) {
        const quoted = row.isSecret || found.text === undefined ? "" : ` "${shorten(found.text)}"`;
        const message = `Cannot use ${row.name}${quoted} from ${describeSource(found.source)}: must be ${row.right}`;
        problems.push({ setting: row.name, message, isFatal: true });
      }
      const read = found === undefined || value === undefined ? usual : { value, source: found.source };
      const text = row.show(read.value);
      shown.push({
        name: row.name,
        value: row.isSecret && text !== "" ? "(secret)" : text,
        source: read.source,
        about: row.about,
      });
      return read;
    },
  };
}

/** `text` undefined: something is set there that cannot be a setting's text. */
function find<Value>(
  row: SettingRow<Value>,
  { flags, env, file }: SettingSources,
): { text: string | undefined; source: Source } | undefined {
  const flag = row.flag === null ? undefined : flags[row.flag.name];
  if (row.flag !== null && flag !== undefined) {
    return { text: flag === true ? undefined : flag, source: { kind: "flag", name: row.flag.name } };
  }
  for (const name of [row.name, ...row.aliases]) {
    const text = env[name]?.trim();
    // Compose files and shells hand on what is not set as an empty text.
    if (text) return { text, source: { kind: "environment", name } };
  }
  const value = row.isInFile ? file?.values[row.name] : undefined;
  if (!file || value === undefined || value === null || value === "") return undefined;
  return { text: asText(value), source: { kind: "file", file: file.path } };
}

function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value.trim() || undefined;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value) && value.every((part) => typeof part === "string")) return value.join(",");
  return undefined;
}

/** What a hostile environment holds must not steer the terminal, nor fill it; nor show the password in an address. */
function shorten(text: string): string {
  const plain = withoutPassword(text).replace(/\p{Cc}/gu, "\u{fffd}");
  return plain.length > 100 ? `${plain.slice(0, 100)}…` : plain;
}
