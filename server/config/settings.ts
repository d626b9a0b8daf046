/** Everything the program was told, resolved: past this nothing reads the environment. */
import type { Network, ProviderSettings } from "../domain/model.ts";
import type { Limits } from "./limits.ts";
import type { Profile } from "./profile.ts";
import type { Tier } from "./tier.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Settings {
  readonly profile: Profile;
  readonly isWebOnly: boolean;
  readonly tier: Tier;
  readonly limits: Limits;
  /** An address or a name; "0.0.0.0" is every address. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Further ports to try when `port` is taken; empty where somebody asked for `port`. */
  readonly otherPorts: readonly number[];
  /** An absolute path. */
  readonly dataFolder: string;
  /** Name of a row of the stores' table. */
  readonly store: string;
  readonly databaseFile: string;
  /** `provider/model`; null: the first that is found. */
  readonly model: string | null;
  readonly fallbackModel: string | null;
  /** Writes titles and summaries; null: the model of the conversation. */
  readonly backgroundModel: string | null;
  readonly auth: "none" | "key";
  /** Where `auth` is "key" it is null only until `ensureAdminKey` has found or made one. */
  readonly adminKey: string | null;
  /** Host names besides loopback and `host` under which the server may be called. */
  readonly allowedHosts: readonly string[];
  readonly corsOrigins: readonly string[];
  readonly logLevel: LogLevel;
  /** Readable lines instead of JSON. */
  readonly logsForPeople: boolean;
  readonly opensBrowser: boolean;
  readonly backupFolder: string;
  /** A second place for every backup. */
  readonly backupCopy: string | null;
  /** In the order in which they were named; unique names. Found model servers are not among them. */
  readonly providers: readonly ProviderSettings[];
  readonly network: Network;
  /** Values of every adapter's own settings that are set, by name. */
  readonly adapterSettings: Readonly<Record<string, string>>;
}

/** Where a value came from. */
export type Source =
  | { readonly kind: "flag"; readonly name: string }
  | { readonly kind: "environment"; readonly name: string }
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "profile"; readonly profile: Profile }
  | { readonly kind: "facts" };

/** One setting as people see it. */
export interface ShownSetting {
  readonly name: string;
  /** Empty: not set. A secret is masked. */
  readonly value: string;
  readonly source: Source;
  readonly about: string;
}

/** Something that is wrong with what the program was told. */
export interface Problem {
  /** The field at fault. */
  readonly setting: string;
  /** The whole sentence: attempt, value, what is wrong and what would be right. */
  readonly message: string;
  /** False: the program can run, but the person should know. */
  readonly isFatal: boolean;
}

/** The source in words: `the environment (PORT)`. */
export function describeSource(source: Source): string {
  switch (source.kind) {
    case "flag":
      return `the flag --${source.name}`;
    case "environment":
      return `the environment (${source.name})`;
    case "file":
      return `the settings file ${source.file}`;
    case "profile":
      return `the profile "${source.profile}"`;
    case "facts":
      return "what was found on this machine";
  }
}
