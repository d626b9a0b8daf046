/** The tables of `docs/configuration.md`, from the very rows by which the program reads its settings. */
import { models } from "../../adapters/models/table.ts";
import { stores } from "../../adapters/stores/table.ts";
import { defaultDataFolder } from "../../server/config/data_folder.ts";
import { readFacts } from "../../server/config/facts.ts";
import { limitsOf } from "../../server/config/limits.ts";
import { type Profile, profiles } from "../../server/config/profile.ts";
import { adapterRows, type SettingRow } from "../../server/config/setting_row.ts";
import { settingRows } from "../../server/config/setting_rows.ts";
import type { Table } from "../../server/domain/table.ts";
import type { Tier } from "../../server/config/tier.ts";

/** One right value for every setting. */
export const examples: Readonly<Record<string, string>> = {
  WHISPER_PROFILE: "server",
  WHISPER_DATA: "/srv/whisperengine",
  WHISPER_HOST: "0.0.0.0",
  WHISPER_PORT: "8090",
  WHISPER_MODEL: "openai/gpt-5-mini",
  WHISPER_FALLBACK_MODEL: "ollama/llama3.2",
  WHISPER_BACKGROUND_MODEL: "ollama/llama3.2",
  WHISPER_AUTH: "key",
  WHISPER_ADMIN_KEY: "a-long-random-text-of-yours",
  WHISPER_ALLOWED_HOSTS: "chat.example.org",
  WHISPER_CORS_ORIGINS: "https://intranet.example.org",
  WHISPER_LOG: "warn",
  WHISPER_BACKUP_FOLDER: "/srv/backups",
  WHISPER_BACKUP_COPY: "/mnt/second-disk/whisperengine",
  BROWSER: "none",
  WHISPER_CA_FILE: "/etc/ssl/private-ca.pem",
  HTTPS_PROXY: "http://proxy.example.org:3128",
  HTTP_PROXY: "http://proxy.example.org:3128",
  NO_PROXY: "localhost,.example.org",
  DATABASE_URL: "postgres://whisper:…@127.0.0.1:5432/whisper",
  OPENAI_API_KEY: "sk-…",
  OPENAI_BASE_URL: "https://api.openai.com/v1",
  OPENROUTER_API_KEY: "sk-or-…",
  OLLAMA_HOST: "http://192.168.1.20:11434",
  LMSTUDIO_BASE_URL: "http://127.0.0.1:1234/v1",
  LMSTUDIO_API_KEY: "…",
  LLAMACPP_BASE_URL: "http://127.0.0.1:8081/v1",
  LLAMACPP_API_KEY: "…",
  CUSTOM_BASE_URL: "https://models.example.org/v1",
  CUSTOM_API_KEY: "…",
};

export const ownRows: readonly SettingRow<unknown>[] = Object.values(settingRows);
export const adaptersRows: readonly SettingRow<unknown>[] = adapterRows({ stores, models });

export function settingSections(): Record<string, string> {
  return {
    "own settings": table(
      ["setting", "meaning", "must be", "when not set", "example"],
      ownRows.map((row) => [nameOf(row), row.about, row.right, defaultOf(row), exampleOf(row)]),
    ),
    "store settings": adapterTable("store", stores),
    "provider settings": adapterTable("provider", models),
    "limits": table(
      ["limit", "tier 1", "tier 2", "tier 3", "tier 4"],
      Object.keys(limitsOf(1)).map((name) => [
        `\`${name}\``,
        ...([1, 2, 3, 4] as const satisfies Tier[]).map((tier) =>
          `${Object.entries(limitsOf(tier)).find(([key]) => key === name)?.[1]}`
        ),
      ]),
    ),
  };
}

function adapterTable(kind: string, adapters: Table<unknown>): string {
  return table(
    [kind, "setting", "meaning", "needed", "example"],
    Object.entries(adapters).flatMap(([adapter, { settings }]) =>
      settings.map(({ name, about, required, secret }) => [
        `\`${adapter}\``,
        `\`${name}\`${secret ? " (secret)" : ""}`,
        about,
        required ? "yes" : "no",
        `\`${examples[name]}\``,
      ])
    ),
  );
}

function nameOf({ name, aliases, flag, isSecret, isInFile }: SettingRow<unknown>): string {
  const notes = [
    ...(flag === null ? [] : [`\`--${flag.name}\``]),
    ...(aliases.length === 0 ? [] : [`also ${aliases.map((alias) => `\`${alias}\``).join(", ")}`]),
    ...(isSecret ? ["secret"] : []),
    ...(isInFile ? [] : ["not in the settings file"]),
  ];
  return `\`${name}\`${notes.length === 0 ? "" : `<br>${notes.join("; ")}`}`;
}

/** The same for every profile, or each profile's own. */
function defaultOf(row: SettingRow<unknown>): string {
  if (row.name === settingRows.profile.name) return "what is found, see above";
  if (row.name === settingRows.data.name) return dataFolders();
  const facts = readFacts();
  const byProfile = profiles.map((profile) => {
    const value = row.byDefault({ facts, profile, dataFolder: "<data>" });
    return [profile, value === null ? "" : row.show(value)] as const;
  });
  const values = [...new Set(byProfile.map(([, value]) => value))];
  if (values.length === 1) return values[0] === "" ? "not set" : `\`${values[0]}\``;
  return values.map((value) => {
    const names: Profile[] = byProfile.filter(([, other]) => other === value).map(([profile]) => profile);
    return `\`${value}\` (${names.join(", ")})`;
  }).join("<br>");
}

function dataFolders(): string {
  const at = (profile: Profile, os: typeof Deno.build.os, env: Record<string, string>) =>
    `\`${defaultDataFolder(profile, { os, env })}\``;
  return [
    `Linux ${at("desktop", "linux", { HOME: "~" })}`,
    `macOS ${at("desktop", "darwin", { HOME: "~" })}`,
    `Windows ${at("desktop", "windows", { LOCALAPPDATA: "%LOCALAPPDATA%" })}`,
    `container ${at("container", "linux", {})}`,
  ].join("<br>");
}

function exampleOf({ name }: SettingRow<unknown>): string {
  return `\`${examples[name]}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
