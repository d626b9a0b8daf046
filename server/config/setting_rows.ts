/** The program's own settings; those of adapters stand in their tables. */
import { join } from "node:path";
import { parseModelRef } from "../domain/model.ts";
import { type Profile, profiles } from "./profile.ts";
import { listOf, oneOf, settingRow } from "./setting_row.ts";
import { type LogLevel, logLevels } from "./settings.ts";

const modelRef = {
  right: `"provider/model", like openai/gpt-5 or ollama/llama3.2`,
  parse: (text: string) => parseModelRef(text) === undefined ? undefined : text,
  byDefault: () => null,
};

const proxy = {
  right: "the address of a proxy, like http://proxy.example:3128",
  parse(text: string): string | null | undefined {
    const url = URL.parse(text.includes("://") ? text : `http://${text}`);
    return url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "" ? url.href : undefined;
  },
  byDefault: () => null,
};

const anyText = { parse: (text: string): string | null => text, byDefault: () => null };
const isHostName = /^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$/i;
const isIpv6 = /^\[?[0-9a-f]*:[0-9a-f:.]+\]?$/i;

export const settingRows = {
  profile: settingRow<Profile | "web_only">(
    "WHISPER_PROFILE",
    "What kind of place this is; web_only is the found one without bots",
    {
      ...oneOf([...profiles, "web_only"]),
      flag: { name: "profile", value: "PROFILE" },
      isInFile: false,
      byDefault: ({ profile }) => profile,
    },
  ),
  data: settingRow("WHISPER_DATA", "The folder that holds the database and everything else", {
    flag: { name: "data", value: "FOLDER" },
    isInFile: false,
    right: "a folder",
    parse: (text) => text,
    byDefault: ({ dataFolder }) => dataFolder,
  }),
  host: settingRow("WHISPER_HOST", "The address to listen on; 0.0.0.0 is every one", {
    flag: { name: "host", value: "ADDRESS" },
    right: "an address or a host name, like 127.0.0.1",
    parse: (text) => isHostName.test(text) || isIpv6.test(text) ? text.replace(/^\[|\]$/g, "") : undefined,
    byDefault: ({ profile }) => profile === "container" || profile === "kubernetes" ? "0.0.0.0" : "127.0.0.1",
  }),
  port: settingRow("WHISPER_PORT", "The port to listen on; 0 is any free one", {
    aliases: ["PORT"],
    flag: { name: "port", value: "PORT" },
    right: "a whole number from 0 to 65535",
    parse: (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined,
    byDefault: () => 8080,
  }),
  model: settingRow("WHISPER_MODEL", "The model that answers when nobody asks for another", {
    ...modelRef,
    flag: { name: "model", value: "PROVIDER/MODEL" },
  }),
  fallbackModel: settingRow("WHISPER_FALLBACK_MODEL", "The model that answers when the other one fails", modelRef),
  backgroundModel: settingRow("WHISPER_BACKGROUND_MODEL", "The model that writes titles and summaries", modelRef),
  auth: settingRow<"none" | "key">(
    "WHISPER_AUTH",
    "Who may call: everyone who can reach it (none), or who has the admin key (key)",
    {
      ...oneOf(["none", "key"]),
      byDefault: ({ profile }) => profile === "container" || profile === "kubernetes" ? "key" : "none",
    },
  ),
  adminKey: settingRow("WHISPER_ADMIN_KEY", "The key that callers show when WHISPER_AUTH is key", {
    isSecret: true,
    right: "at least 16 letters, digits and signs, without blanks",
    parse: (text): string | null | undefined => /^[\x21-\x7e]{16,512}$/.test(text) ? text : undefined,
    byDefault: () => null,
  }),
  allowedHosts: settingRow("WHISPER_ALLOWED_HOSTS", "Names, besides its own, by which the server may be called", {
    ...listOf("host names", (text) => isHostName.test(text) || isIpv6.test(text) ? text.toLowerCase() : undefined),
    byDefault: () => [],
  }),
  corsOrigins: settingRow("WHISPER_CORS_ORIGINS", "Web pages elsewhere whose scripts may call the API", {
    ...listOf("origins like https://app.example", (text) => URL.parse(text)?.origin === text ? text : undefined),
    byDefault: () => [],
  }),
  log: settingRow<LogLevel>("WHISPER_LOG", "How much is logged", {
    ...oneOf(logLevels),
    flag: { name: "log", value: "LEVEL" },
    byDefault: () => "info",
  }),
  backupFolder: settingRow("WHISPER_BACKUP_FOLDER", "Where the daily backups are kept", {
    right: "a folder",
    parse: (text) => text,
    byDefault: ({ dataFolder }) => join(dataFolder, "backups"),
  }),
  backupCopy: settingRow("WHISPER_BACKUP_COPY", "A second folder, on another disk, for every backup", {
    ...anyText,
    right: "a folder",
  }),
  browser: settingRow("BROWSER", "none: no browser is opened at the start", {
    ...anyText,
    isInFile: false,
    right: "none or the name of a browser",
  }),
  caFile: settingRow("WHISPER_CA_FILE", "A file of certificates (PEM) to trust besides the system's", {
    ...anyText,
    aliases: ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "DENO_CERT"],
    right: "a file with PEM certificates",
  }),
  httpsProxy: settingRow("HTTPS_PROXY", "The proxy on the way to https addresses", {
    ...proxy,
    aliases: ["https_proxy"],
  }),
  httpProxy: settingRow("HTTP_PROXY", "The proxy on the way to http addresses", { ...proxy, aliases: ["http_proxy"] }),
  noProxy: settingRow("NO_PROXY", "Hosts that are reached without a proxy", {
    ...anyText,
    aliases: ["no_proxy"],
    right: "a list of hosts, with commas",
  }),
};
