/** From the words of a command line to a command that has run. */
import { ensureAdminKey } from "../config/admin_key.ts";
import { type Configuration, diagnoseConfiguration, loadConfiguration } from "../config/configuration.ts";
import { suggestion } from "../config/did_you_mean.ts";
import type { Flags } from "../config/read_setting.ts";
import { settingRows } from "../config/setting_rows.ts";
import { ChatError } from "../domain/error.ts";
import { commandHelp, overview } from "./help_text.ts";
import { printError, printLine } from "./print.ts";
import type { Flag, Program } from "./program.ts";
import type { ReadFlags } from "./read_flags.ts";
import { commands } from "./table.ts";

const helpFlag: Flag = { name: "help", short: "h", about: "Show this help" };

/** The flags that are settings, for the commands that take them. */
const settingFlags: readonly Flag[] = Object.values(settingRows).flatMap(({ flag, about }) =>
  flag === null ? [] : [{ ...flag, about }]
);

/** Resolves with the exit code: 0 done, 1 failed, 2 wrong usage. Never rejects. */
export async function runCommand(program: Program, words: readonly string[]): Promise<number> {
  const [first, ...others] = words;
  if (first === "--version" || first === "-V") return await runCommand(program, ["version"]);
  if (first === "--help" || first === "-h") return await runCommand(program, ["help", ...others]);
  // Flags alone are for the default command.
  const name = first === undefined || first.startsWith("-") ? "serve" : first;
  const row = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (row === undefined) {
    printError(`Cannot run "${name}": there is no such command${suggestion(name, Object.keys(commands))}`);
    printError(`\n${overview(commands)}`);
    return 2;
  }
  const command = await row.load();
  const flags = [...command.flags, ...(command.takesSettings ? settingFlags : []), helpFlag];
  let read: ReadFlags;
  try {
    const given = name === first ? others : words;
    // The parser is loaded when there is something to parse: a plain start has nothing.
    read = given.length === 0 ? { flags: {}, rest: [] } : (await import("./read_flags.ts")).readFlags(given, flags);
    const odd = read.rest[command.help.maxRest];
    if (odd !== undefined && read.flags.help === undefined) {
      throw new ChatError("invalid", `Cannot use "${odd}": ${name} takes ${howMany(command.help.maxRest)}`);
    }
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    printError(`${error.message}\n\n\`whisperengine ${name} --help\` lists what there is`);
    return 2;
  }
  if (read.flags.help !== undefined) {
    printLine(commandHelp(name, row.about, { ...command, flags }));
    return 0;
  }
  try {
    return await command.run(program, {
      ...read,
      configure: () => configure(program, read.flags),
      diagnose: () => diagnoseConfiguration(program.tables, read.flags),
    });
  } catch (error) {
    // Wrong settings are wrong usage to a script, but the person has to change a file, not the command: exit code 1.
    if (error instanceof ChatError) printError(error.message);
    else printError(`Cannot go on: ${error instanceof Error ? error.stack : error}`);
    return 1;
  }
}

/** A key that is made here is shown here, once; later it is read from its file. */
async function configure({ tables }: Program, flags: Flags): Promise<Configuration> {
  const configuration = await loadConfiguration(tables, flags);
  const { settings, isNew, file } = await ensureAdminKey(configuration.settings);
  if (isNew) printError(`The admin key, shown only now: ${settings.adminKey}\nIt is kept in ${file}`);
  return { ...configuration, settings };
}

function howMany(count: number): string {
  return count === 0 ? "flags only" : count === 1 ? "one word" : `at most ${count} words`;
}
