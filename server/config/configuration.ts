/** Finds out everything: the machine, the settings file, the settings, and what is wrong with them. */
import { ChatError } from "../domain/error.ts";
import { type Facts, readFacts } from "./facts.ts";
import { type FolderFacts, readFolderFacts } from "./folder_facts.ts";
import { isNetworkFileSystem } from "./mounts.ts";
import type { Flags } from "./read_setting.ts";
import { type Place, resolvePlace } from "./resolve_place.ts";
import { resolveSettings } from "./resolve_settings.ts";
import type { AdapterTables } from "./setting_row.ts";
import type { Problem, Settings, ShownSetting } from "./settings.ts";
import { readSettingsFile, type SettingsFile, settingsFilePath } from "./settings_file.ts";

export interface Configuration {
  readonly facts: Facts;
  readonly folder: FolderFacts;
  /** Why this profile, as a half-sentence. */
  readonly profileReason: string;
  readonly settings: Settings;
  /** Every setting, set or not, in a fixed order. */
  readonly shown: readonly ShownSetting[];
  readonly problems: readonly Problem[];
}

/** Writes nothing and asks no network. What is wrong stands in `problems`, with defaults in its place. */
export async function diagnoseConfiguration(
  tables: AdapterTables,
  flags: Flags = {},
  facts: Facts = readFacts(),
): Promise<Configuration> {
  const place = resolvePlace(facts, flags);
  const problems: Problem[] = [];
  const [file, folder] = await Promise.all([
    readFileInto(place, problems),
    readFolderFacts(place.dataFolder),
  ]);
  const resolved = resolveSettings({ facts, place, flags, file, tables });
  const caCertificates = resolved.caFile === null ? null : await readCertificates(resolved.caFile, problems);
  const { settings } = resolved;
  return {
    facts,
    folder,
    profileReason: place.reason,
    settings: { ...settings, network: { ...settings.network, caCertificates } },
    shown: resolved.shown,
    problems: [...resolved.problems, ...problems, ...checkFileSystem(folder, settings.store)],
  };
}

/** As above. Throws `ChatError` "invalid" with every fatal problem, one a line. */
export async function loadConfiguration(tables: AdapterTables, flags: Flags = {}): Promise<Configuration> {
  const configuration = await diagnoseConfiguration(tables, flags);
  const fatal = configuration.problems.filter(({ isFatal }) => isFatal);
  if (fatal.length > 0) throw new ChatError("invalid", fatal.map(({ message }) => message).join("\n"));
  return configuration;
}

async function readFileInto({ dataFolder }: Place, problems: Problem[]): Promise<SettingsFile> {
  try {
    return await readSettingsFile(dataFolder);
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    problems.push({ setting: "settings.json", message: error.message, isFatal: true });
    return { path: settingsFilePath(dataFolder), values: {} };
  }
}

async function readCertificates(
  { path, setting }: { path: string; setting: string },
  problems: Problem[],
): Promise<string | null> {
  let reason = "it holds no PEM certificate";
  try {
    const text = await Deno.readTextFile(path);
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    reason = error instanceof Deno.errors.NotFound ? "it does not exist" : "it cannot be read";
  }
  // The customary variables are often left over from other programs; ours was set on purpose.
  const isFatal = setting === "WHISPER_CA_FILE";
  const message = `Cannot use ${setting} "${path}": ${reason}; it must be a file with PEM certificates`;
  problems.push({ setting, message, isFatal });
  return null;
}

/** SQLite on a network file system can lose what it has promised to keep. */
export function checkFileSystem({ path, fileSystem }: FolderFacts, store: string): Problem[] {
  if (store !== "sqlite" || fileSystem === undefined || !isNetworkFileSystem(fileSystem)) return [];
  const message = `Cannot keep the database in "${path}": it is on a network file system (${fileSystem}), where ` +
    "SQLite's locks do not hold; WHISPER_DATA must be a folder on a disk of this machine";
  return [{ setting: "WHISPER_DATA", message, isFatal: true }];
}
