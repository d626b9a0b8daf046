/** The model providers that settings name: one for each kind whose settings are set, and those of the settings file. */
import type { ProviderSettings } from "../domain/model.ts";
import type { Table } from "../domain/table.ts";
import { ollamaOrigin, webUrl } from "./address.ts";
import { suggestion } from "./did_you_mean.ts";
import type { Problem } from "./settings.ts";
import { isRecord, type SettingsFile } from "./settings_file.ts";

/** What answers when nothing else does; it needs no settings and is never among the providers. */
const builtIn = "guide";

const rightAddress = "must be an http or https address, without a user name and a password in it";

export interface NamedProviders {
  readonly providers: readonly ProviderSettings[];
  readonly problems: readonly Problem[];
}

/** `values` are the adapters' settings that are set, by name. Where both name one, the settings file counts. */
export function nameProviders(
  table: Table<unknown>,
  values: Readonly<Record<string, string>>,
  file: SettingsFile,
): NamedProviders {
  const ofFile = file.values.providers === undefined
    ? { providers: [], problems: [] }
    : providersOfFile(file.values.providers, table, file.path);
  const ofKinds = providersOfKinds(table, values);
  const isNew = ({ name }: ProviderSettings) => !ofFile.providers.some((other) => other.name === name);
  return {
    providers: [...ofKinds.providers.filter(isNew), ...ofFile.providers],
    problems: [...ofKinds.problems, ...ofFile.problems],
  };
}

/** A kind is on when everything it requires is set, or, where it requires nothing, when anything of it is. */
function providersOfKinds(table: Table<unknown>, values: Readonly<Record<string, string>>): NamedProviders {
  const providers: ProviderSettings[] = [];
  const problems: Problem[] = [];
  for (const [kind, { settings }] of Object.entries(table)) {
    const set = settings.filter(({ name }) => values[name] !== undefined);
    const missing = settings.find(({ name, required }) => required && values[name] === undefined);
    if (set.length === 0) continue;
    if (missing !== undefined) {
      const message = `Cannot use ${kind}: ${set[0]!.name} is set, so ${missing.name} must be set too`;
      problems.push({ setting: missing.name, message, isFatal: false });
      continue;
    }
    const key = set.find(({ secret }) => secret)?.name;
    const address = set.find(({ name }) => /_(HOST|URL)$/.test(name))?.name;
    const baseUrl = address === undefined
      ? null
      : address.endsWith("_HOST")
      ? ollamaOrigin(values[address]!)
      : webUrl(values[address]!);
    if (address !== undefined && baseUrl === undefined) {
      const message = `Cannot use ${address}: ${rightAddress}`;
      problems.push({ setting: address, message, isFatal: true });
      continue;
    }
    providers.push({ name: kind, kind, baseUrl: baseUrl ?? null, apiKey: key === undefined ? null : values[key]! });
  }
  return { providers, problems };
}

/** `rows` is what stands under `providers` in the settings file: unchecked. */
function providersOfFile(rows: unknown, table: Table<unknown>, path: string): NamedProviders {
  const kinds = Object.keys(table).filter((kind) => kind !== builtIn);
  const providers: ProviderSettings[] = [];
  const problems: Problem[] = [];
  for (const [index, row] of (Array.isArray(rows) ? rows : [rows]).entries()) {
    const read = Array.isArray(rows)
      ? readProvider(row, kinds, providers)
      : { field: "", right: `must be a list, like [{"name": "work", "base_url": "https://models.example/v1"}]` };
    if ("provider" in read) {
      providers.push(read.provider);
      continue;
    }
    const setting = Array.isArray(rows) ? `providers[${index}]${read.field}` : "providers";
    const message = `Cannot use ${setting} of the settings file ${path}: ${read.right}`;
    problems.push({ setting, message, isFatal: true });
  }
  return { providers, problems };
}

/** One provider, or the field that is wrong and what would be right; never the value, which may be a key. */
function readProvider(
  row: unknown,
  kinds: readonly string[],
  before: readonly ProviderSettings[],
): { provider: ProviderSettings } | { field: string; right: string } {
  const fields = ["name", "kind", "base_url", "api_key"];
  if (!isRecord(row)) return { field: "", right: `must be an object with ${fields.join(", ")}` };
  const odd = Object.keys(row).find((field) => !fields.includes(field));
  if (odd !== undefined) {
    return { field: `.${odd}`, right: `is not known${suggestion(odd, fields)}: must be one of ${fields.join(", ")}` };
  }
  const { name, kind = "custom", base_url: address = null, api_key: key = null } = row;
  if (typeof name !== "string" || !/^[a-z0-9][a-z0-9_-]{0,31}$/.test(name) || name === builtIn) {
    return { field: ".name", right: `must be up to 32 small letters, digits, "-" and "_", and not "${builtIn}"` };
  }
  if (before.some((other) => other.name === name)) {
    return { field: ".name", right: `must be another than "${name}", which stands there already` };
  }
  if (typeof kind !== "string" || !kinds.includes(kind)) {
    return { field: ".kind", right: `must be one of ${kinds.join(", ")}` };
  }
  const baseUrl = typeof address === "string" ? webUrl(address) : undefined;
  if (baseUrl === undefined && (address !== null || kind === "custom")) {
    return { field: ".base_url", right: rightAddress };
  }
  if (key !== null && (typeof key !== "string" || key.trim() === "")) {
    return { field: ".api_key", right: "must be a text that is not empty" };
  }
  return { provider: { name, kind, baseUrl: baseUrl ?? null, apiKey: key === null ? null : key.trim() } };
}
