/** Settles the profile and the data folder, which are known before the settings file can be read. Pure. */
import { resolve } from "node:path";
import { defaultDataFolder } from "./data_folder.ts";
import type { Facts } from "./facts.ts";
import { chooseProfile, type ChosenProfile } from "./profile.ts";
import { type Flags, openSettingReader } from "./read_setting.ts";
import { settingRows } from "./setting_rows.ts";
import type { Problem, ShownSetting } from "./settings.ts";

export interface Place extends ChosenProfile {
  /** An absolute path. */
  readonly dataFolder: string;
  readonly shown: readonly ShownSetting[];
  readonly problems: readonly Problem[];
}

export function resolvePlace(facts: Facts, flags: Flags): Place {
  const sources = { flags, env: facts.env, file: null };
  const found = chooseProfile(facts);
  const first = openSettingReader(sources, { facts, profile: found.profile, dataFolder: "" });
  const asked = first.read(settingRows.profile);
  const chosen: ChosenProfile = asked.source.kind === "profile"
    ? found
    : asked.value === "web_only"
    ? { ...found, isWebOnly: true }
    : { profile: asked.value, isWebOnly: false, reason: "asked for" };

  const usual = defaultDataFolder(chosen.profile, facts) ?? "";
  const second = openSettingReader(sources, { facts, profile: chosen.profile, dataFolder: usual });
  const folder = second.read(settingRows.data).value;
  const homeless: Problem = {
    setting: "WHISPER_DATA",
    message: "Cannot tell where to keep data: this user has no home folder, so WHISPER_DATA must be set",
    isFatal: true,
  };
  return {
    ...chosen,
    dataFolder: resolve(facts.currentFolder, folder),
    shown: [
      ...first.shown.map((row) =>
        asked.source.kind === "profile" ? { ...row, source: { kind: "facts" as const } } : row
      ),
      ...second.shown,
    ],
    problems: [...first.problems, ...second.problems, ...(folder === "" ? [homeless] : [])],
  };
}
