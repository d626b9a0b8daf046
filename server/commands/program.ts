/** What a command is. */
import type { Configuration } from "../config/configuration.ts";
import type { Program } from "../program.ts";

export type { Program };

/** One flag of a command: `--name` or `--name VALUE`. */
export interface Flag {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What to call the value in the help text; without it the flag takes none. */
  readonly value?: string;
  readonly about: string;
}

/** What a person typed after the command's name. */
export interface Arguments {
  /** By the flag's name; a flag without a value is true. */
  readonly flags: Readonly<Record<string, string | true>>;
  /** Everything that is not a flag. */
  readonly rest: readonly string[];
  /** Facts and settings, with the flags that are settings applied. Throws `ChatError` "invalid" for a wrong one. */
  configure(): Promise<Configuration>;
  /** The same, with the problems listed instead of thrown. */
  diagnose(): Promise<Configuration>;
}

/** What every file in this folder that is a command exports. */
export interface CommandModule {
  /** What stands after the command's name, e.g. `[FILE]`; and more about it. */
  readonly help: { readonly rest: string; readonly text: string; readonly maxRest: number };
  readonly flags: readonly Flag[];
  /** Whether the flags that are settings (`--data`, `--model`, …) are taken too. */
  readonly takesSettings: boolean;
  /** Resolves with the exit code: 0 done, 1 failed, 2 wrong usage. A thrown `ChatError` is printed and is 1. */
  run(program: Program, args: Arguments): Promise<number>;
}
