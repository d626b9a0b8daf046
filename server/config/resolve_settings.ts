/** Settles every setting: flags before the environment, before the settings file, before the profile. Pure. */
import { join, resolve } from "node:path";
import { chooseStore } from "./choose_store.ts";
import type { Facts } from "./facts.ts";
import { limitsOf } from "./limits.ts";
import { nameProviders } from "./providers.ts";
import { type Flags, openSettingReader } from "./read_setting.ts";
import type { Place } from "./resolve_place.ts";
import { checkKeys, checkModels, checkUnsupported, checkWhoMayCall } from "./setting_checks.ts";
import { adapterRows, type AdapterTables, type SettingRow } from "./setting_row.ts";
import { settingRows } from "./setting_rows.ts";
import type { Problem, Settings, ShownSetting } from "./settings.ts";
import type { SettingsFile } from "./settings_file.ts";
import { chooseTier } from "./tier.ts";

export interface SettingsInput {
  readonly facts: Facts;
  readonly place: Place;
  readonly flags: Flags;
  readonly file: SettingsFile;
  readonly tables: AdapterTables;
}

export interface ResolvedSettings {
  /** Still without `network.caCertificates`, which stand in a file. */
  readonly settings: Settings;
  readonly caFile: { readonly path: string; readonly setting: string } | null;
  readonly shown: readonly ShownSetting[];
  readonly problems: readonly Problem[];
}

/** Never throws: what is wrong is a problem, and the default stands in for it. */
export function resolveSettings({ facts, place, flags, file, tables }: SettingsInput): ResolvedSettings {
  const { profile, isWebOnly, dataFolder } = place;
  const reader = openSettingReader({ flags, env: facts.env, file }, { facts, profile, dataFolder });
  const value = <Value>(row: SettingRow<Value>) => reader.read(row).value;
  const absolute = (path: string) => resolve(facts.currentFolder, path);

  const host = value(settingRows.host);
  const port = reader.read(settingRows.port);
  const model = value(settingRows.model);
  const fallbackModel = value(settingRows.fallbackModel);
  const backgroundModel = value(settingRows.backgroundModel);
  const auth = value(settingRows.auth);
  const adminKey = value(settingRows.adminKey);
  const allowedHosts = value(settingRows.allowedHosts);
  const corsOrigins = value(settingRows.corsOrigins);
  const logLevel = value(settingRows.log);
  const backupFolder = absolute(value(settingRows.backupFolder));
  const backupCopy = value(settingRows.backupCopy);
  const browser = value(settingRows.browser);
  const caFile = reader.read(settingRows.caFile);
  const httpsProxy = value(settingRows.httpsProxy);
  const httpProxy = value(settingRows.httpProxy);
  const noProxy = value(settingRows.noProxy);
  const adapterSettings: Record<string, string> = {};
  for (const row of adapterRows(tables)) {
    const text = value(row);
    if (text !== null) adapterSettings[row.name] = text;
  }

  const named = nameProviders(tables.models, adapterSettings, file);
  const tier = chooseTier(profile, facts);
  const movesOn = port.source.kind === "profile" && (profile === "desktop" || profile === "server");
  return {
    settings: {
      profile,
      isWebOnly,
      tier,
      limits: limitsOf(tier),
      host,
      port: port.value,
      otherPorts: movesOn ? Array.from({ length: 10 }, (_, index) => port.value + 1 + index) : [],
      dataFolder,
      store: chooseStore(tables.stores, adapterSettings),
      databaseFile: join(dataFolder, "whisperengine.db"),
      model,
      fallbackModel,
      backgroundModel,
      auth,
      adminKey: auth === "key" ? adminKey : null,
      allowedHosts,
      corsOrigins,
      logLevel,
      logsForPeople: facts.isTerminal,
      opensBrowser: profile === "desktop" && facts.hasDisplay && browser !== "none" && !facts.env.CI,
      backupFolder,
      backupCopy: backupCopy === null ? null : absolute(backupCopy),
      providers: named.providers,
      network: { httpProxy, httpsProxy, noProxy, caCertificates: null },
      adapterSettings,
    },
    caFile: caFile.value === null ? null : {
      path: absolute(caFile.value),
      setting: caFile.source.kind === "environment" ? caFile.source.name : settingRows.caFile.name,
    },
    shown: [...place.shown, ...reader.shown],
    problems: [
      ...place.problems,
      ...reader.problems,
      ...named.problems,
      ...checkKeys(file, facts.env, tables),
      ...checkUnsupported(facts.env, tables),
      ...checkWhoMayCall({ host, auth, adminKey, profile }),
      ...checkModels({ model, fallbackModel, backgroundModel }, named.providers, tables),
    ],
  };
}
