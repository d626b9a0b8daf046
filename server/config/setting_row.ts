/** What a setting is: its names, its meaning, how its text is read, and what it is when nobody sets it. */
import type { Table } from "../domain/table.ts";
import { withoutPassword } from "./address.ts";
import type { Facts } from "./facts.ts";
import type { Profile } from "./profile.ts";

/** The adapters whose settings are known. */
export interface AdapterTables {
  readonly stores: Table<unknown>;
  readonly models: Table<unknown>;
}

/** What a default may depend on. */
export interface DefaultContext {
  readonly facts: Facts;
  readonly profile: Profile;
  readonly dataFolder: string;
}

export interface SettingRow<Value> {
  /** Of the environment variable, and the key in the settings file. */
  readonly name: string;
  /** Other environment variables that are heeded when this one is not set, in order. */
  readonly aliases: readonly string[];
  /** The flag on the command line, without dashes, and what to call its value. */
  readonly flag: { readonly name: string; readonly value: string } | null;
  /** One line for people. */
  readonly about: string;
  readonly isSecret: boolean;
  /** Whether the settings file may set it. */
  readonly isInFile: boolean;
  /** What would be right, to be read after "must be". */
  readonly right: string;
  /** Undefined: the text is not right. Never called with an empty text. */
  parse(text: string): Value | undefined;
  byDefault(context: DefaultContext): Value;
  /** As people may see it; not called for secrets. */
  show(value: Value): string;
}

interface RowOptions<Value> {
  readonly aliases?: readonly string[];
  readonly flag?: { readonly name: string; readonly value: string };
  readonly isSecret?: true;
  readonly isInFile?: false;
  readonly right: string;
  readonly parse: (text: string) => Value | undefined;
  readonly byDefault: (context: DefaultContext) => Value;
  readonly show?: (value: Value) => string;
}

export function settingRow<Value>(name: string, about: string, options: RowOptions<Value>): SettingRow<Value> {
  return {
    name,
    about,
    aliases: [],
    flag: null,
    show: showPlainly,
    ...options,
    isSecret: options.isSecret ?? false,
    isInFile: options.isInFile ?? true,
  };
}

/** One of a few words. */
export function oneOf<Word extends string>(words: readonly Word[]) {
  return {
    right: `one of ${words.join(", ")}`,
    parse: (text: string): Word | undefined => words.find((word) => word === text),
  };
}

/** Values between commas, each of them right. */
export function listOf(right: string, parse: (text: string) => string | undefined) {
  return {
    right: `a list, with commas, of ${right}`,
    parse(text: string): readonly string[] | undefined {
      const parts = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
      const values = parts.map(parse).filter((value) => value !== undefined);
      return values.length === parts.length ? values : undefined;
    },
  };
}

function showPlainly(value: unknown): string {
  if (value === null || value === undefined) return "";
  return withoutPassword(Array.isArray(value) ? value.join(", ") : String(value));
}

/** The adapters' own settings, each once though several may read it. They are texts, null where not set. */
export function adapterRows({ stores, models }: AdapterTables): SettingRow<string | null>[] {
  const rows = [stores, models].flatMap((table) => Object.values(table)).flatMap(({ settings }) => settings);
  return [...new Map(rows.map((row) => [row.name, row])).values()].map(({ name, about, secret }) => ({
    ...settingRow<string | null>(name, about, { right: "a text", parse: (text) => text, byDefault: () => null }),
    isSecret: secret,
  }));
}
