/** How adapters are listed: by name, with their settings, loaded only when wanted. */

/** One setting of an adapter, by the name of its environment variable. */
export interface SettingRow {
  readonly name: string;
  readonly required: boolean;
  readonly secret: boolean;
  /** One line for people. */
  readonly about: string;
}

export interface Entry<Module> {
  /** An adapter is on when its required settings are there; one without required settings is on where a profile names it. */
  readonly settings: readonly SettingRow[];
  /** Always `() => import("./a_literal.ts")`, so that bundling and `deno compile` can see it. */
  load(): Promise<Module>;
}

export type Table<Module> = Readonly<Record<string, Entry<Module>>>;
