/** `whisperengine help`: the commands, or how to use one. */
import { overview } from "./help_text.ts";
import { printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";
import { runCommand } from "./run_command.ts";
import { commands } from "./table.ts";

export const help: CommandModule["help"] = { rest: "[COMMAND]", text: "", maxRest: 1 };
export const flags: CommandModule["flags"] = [];
export const takesSettings = false;

export async function run(program: Program, { rest: [name] }: Arguments): Promise<number> {
  if (name !== undefined) return await runCommand(program, [name, "--help"]);
  printLine(overview(commands));
  return 0;
}
