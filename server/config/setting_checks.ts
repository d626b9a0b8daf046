/** What no setting can say by itself: unknown names, what this version lacks, who may call, models nobody offers. Pure. */
import { parseModelRef, type ProviderSettings } from "../domain/model.ts";
import { isLoopbackHost } from "./address.ts";
import { didYouMean, suggestion } from "./did_you_mean.ts";
import type { Profile } from "./profile.ts";
import { adapterRows, type AdapterTables } from "./setting_row.ts";
import { settingRows } from "./setting_rows.ts";
import type { Problem } from "./settings.ts";
import type { SettingsFile } from "./settings_file.ts";

/** Not a setting: what `export` and `import` read instead of asking. */
export const passphraseVariable = "WHISPER_PASSPHRASE";

/** Keys of the settings file that are not known, and variables that look like a slip in one of ours. */
export function checkKeys(file: SettingsFile, env: Readonly<Record<string, string>>, tables: AdapterTables): Problem[] {
  const rows = [...Object.values(settingRows), ...adapterRows(tables)];
  const names = rows.map(({ name }) => name);
  const inFile = rows.filter(({ isInFile }) => isInFile).map(({ name }) => name);
  const unknown = Object.keys(file.values).filter((key) => key !== "providers" && !inFile.includes(key));
  const misspelt = Object.keys(env).filter((name) =>
    name.startsWith("WHISPER_") && !names.includes(name) && name !== passphraseVariable
  );
  return [
    ...unknown.map((key) => ({
      setting: key,
      message: `Cannot use "${key}" of the settings file ${file.path}: ${whyNotInFile(key, names, inFile)}`,
      isFatal: true,
    })),
    ...misspelt.map((name) => ({
      setting: name,
      message: `Cannot use ${name} from the environment: it is not known${suggestion(name, names)}`,
      isFatal: false,
    })),
  ];
}

/** A half-sentence for a key that the settings file may not hold. */
export function whyNotInFile(key: string, names: readonly string[], inFile: readonly string[]): string {
  if (names.includes(key)) return "it can only be set by a flag or in the environment";
  const meant = didYouMean(key, inFile) ?? didYouMean(`WHISPER_${key}`, inFile);
  return `it is not known${meant === undefined ? "" : `, did you mean "${meant}"`}`;
}

/** What people set for other programs, or for a later version, is not passed over in silence. */
export function checkUnsupported(env: Readonly<Record<string, string>>, tables: AdapterTables): Problem[] {
  const known = adapterRows(tables).map(({ name }) => name);
  const lacks = [{ setting: "REDIS_URL", what: "Redis", cure: "one process needs none; unset it" }];
  return lacks.filter(({ setting }) => env[setting] && !known.includes(setting)).map(({ setting, what, cure }) => ({
    setting,
    message: `Cannot use ${setting} from the environment: this version has no driver for ${what}; ${cure}`,
    isFatal: false,
  }));
}

/** Beyond loopback nobody may call without a key; containers may have theirs made for them. */
export function checkWhoMayCall(
  { host, auth, adminKey, profile }: {
    host: string;
    auth: "none" | "key";
    adminKey: string | null;
    profile: Profile;
  },
): Problem[] {
  if (auth === "none" && !isLoopbackHost(host)) {
    const cure = "set WHISPER_AUTH=key and WHISPER_ADMIN_KEY, or WHISPER_HOST=127.0.0.1";
    return [{
      setting: "WHISPER_AUTH",
      message:
        `Cannot listen on "${host}" while WHISPER_AUTH is "none": everyone in reach could read and write; ${cure}`,
      isFatal: true,
    }];
  }
  if (auth === "key" && adminKey === null && profile !== "container" && profile !== "kubernetes") {
    return [{
      setting: "WHISPER_ADMIN_KEY",
      message: `Cannot use WHISPER_AUTH "key" without a key: set WHISPER_ADMIN_KEY to ${settingRows.adminKey.right}`,
      isFatal: true,
    }];
  }
  return [];
}

/** Models of providers that do not exist, or are not set up. */
export function checkModels(
  models: Readonly<Record<"model" | "fallbackModel" | "backgroundModel", string | null>>,
  providers: readonly ProviderSettings[],
  tables: AdapterTables,
): Problem[] {
  const named = providers.map(({ name }) => name);
  const known = [...new Set([...named, ...Object.keys(tables.models)])];
  return Object.entries(models).flatMap(([key, ref]): Problem[] => {
    const provider = ref === null ? undefined : parseModelRef(ref)?.provider;
    if (provider === undefined) return [];
    const setting = settingRows[key as keyof typeof models].name;
    const attempt = `Cannot use ${setting} "${ref}"`;
    if (!known.includes(provider)) {
      const message = `${attempt}: there is no provider "${provider}"${suggestion(provider, known)}: ` +
        `must be one of ${known.join(", ")}`;
      return [{ setting, message, isFatal: true }];
    }
    const missing = tables.models[provider]?.settings.find(({ required }) => required)?.name;
    if (named.includes(provider) || missing === undefined) return [];
    return [{ setting: missing, message: `${attempt}: ${missing} must be set first`, isFatal: false }];
  });
}
