/** `whisperengine config`: every setting and where it comes from, or a change to the settings file. */
import { describeSource } from "../config/settings.ts";
import { changeSettingsFile } from "../config/change_setting.ts";
import { settingsFilePath } from "../config/settings_file.ts";
import { ChatError } from "../domain/error.ts";
import { printError, printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";

export const help: CommandModule["help"] = {
  rest: "[path | set NAME VALUE | unset NAME]",
  text: [
    "Alone it shows every setting, secrets masked. `path` names the settings file; `set` and `unset` change it.",
    "`set NAME -` asks for the value, or reads it from standard input, so that a key appears in no history.",
    "A running server takes changes over when it is started again.",
  ].join("\n"),
  maxRest: 3,
};
export const flags: CommandModule["flags"] = [{ name: "json", about: "Print JSON" }];
export const takesSettings = true;

export async function run(program: Program, args: Arguments): Promise<number> {
  const { settings, shown, problems } = await args.diagnose();
  const [what, name, value] = args.rest;
  const path = settingsFilePath(settings.dataFolder);
  if (what === "path" && name === undefined) {
    printLine(path);
    return 0;
  }
  if (what === "set" && name !== undefined && value !== undefined) {
    const text = value === "-" ? await readValue(name) : value;
    await changeSettingsFile(settings.dataFolder, { name, text }, program.tables);
    printLine(`${name} is set in ${path}`);
    return 0;
  }
  if (what === "unset" && name !== undefined && value === undefined) {
    await changeSettingsFile(settings.dataFolder, { name, text: null }, program.tables);
    printLine(`${name} is not set in ${path}`);
    return 0;
  }
  if (what !== undefined) {
    printError(`Cannot use "config ${args.rest.join(" ")}": must be ${help.rest}`);
    return 2;
  }
  if (args.flags.json !== undefined) {
    const rows = shown.map(({ name, value, source, about }) => ({ name, value, source, about }));
    printLine(JSON.stringify({ settings: rows, problems }, null, 2));
  } else {
    const width = Math.max(...shown.map(({ name }) => name.length)) + 2;
    for (const { name, value, source } of shown) {
      printLine(`${name.padEnd(width)}${value === "" ? "-" : `${value}  (${describeSource(source)})`}`);
    }
    for (const { message } of problems) printError(`\n${message}`);
  }
  return problems.some(({ isFatal }) => isFatal) ? 1 : 0;
}

/** Unseen from the person, or whatever standard input holds. Throws `ChatError` "invalid" when the person gives none. */
async function readValue(name: string): Promise<string> {
  if (!Deno.stdin.isTerminal()) return (await new Response(Deno.stdin.readable).text()).trim();
  const { isCancel, password } = await import("@clack/prompts");
  const answer = await password({ message: name });
  if (isCancel(answer)) throw new ChatError("invalid", `Cannot set ${name} without a value`);
  return (answer ?? "").trim();
}
