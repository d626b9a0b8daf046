/** `whisperengine version`: which one this is. */
import { printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";

export const help: CommandModule["help"] = { rest: "", text: "", maxRest: 0 };
export const flags: CommandModule["flags"] = [{ name: "json", about: "Print JSON" }];
export const takesSettings = false;

export function run({ version }: Program, args: Arguments): Promise<number> {
  const { os, arch } = Deno.build;
  const deno = Deno.version.deno;
  printLine(
    args.flags.json === undefined
      ? `WhisperEngine ${version} (Deno ${deno}, ${os} ${arch})`
      : JSON.stringify({ version, deno, os, arch, is_compiled: Deno.build.standalone }),
  );
  return Promise.resolve(0);
}
