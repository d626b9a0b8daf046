/** `whisperengine restore`: puts a backup in the place of the database, and keeps the old one beside it. */
import { resolve } from "node:path";
import { ChatError } from "../domain/error.ts";
import { isThere, loadFileStore } from "./file_store.ts";
import { printError, printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";
import { refuseWhileRunning } from "./running_server.ts";

export const help: CommandModule["help"] = {
  rest: "FILE",
  text: "The backup is checked first; the database that was there is kept beside it. The server must be stopped.",
  maxRest: 1,
};
export const flags: CommandModule["flags"] = [];
export const takesSettings = true;

export async function run(program: Program, args: Arguments): Promise<number> {
  const configuration = await args.configure();
  const { settings, facts } = configuration;
  const [name] = args.rest;
  if (name === undefined) {
    printError(`Cannot restore without the name of a backup: the daily ones are in "${settings.backupFolder}"`);
    return 2;
  }
  const from = resolve(facts.currentFolder, name);
  if (!await isThere(from)) throw new ChatError("not_found", `Cannot restore "${from}": there is no such file`);
  const module = await loadFileStore(program, configuration);
  await refuseWhileRunning(settings.dataFolder, "restore");
  const old = await module.restoreBackup(from, settings.databaseFile);
  printLine(`Restored from ${from}`);
  if (old !== null) printLine(`The database that was there is now ${old}`);
  return 0;
}
