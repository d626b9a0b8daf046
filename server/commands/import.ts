/** `whisperengine import`: reads an archive into an empty database, all of it or nothing. */
import { resolve } from "node:path";
import { readSettingsFile, writeSettingsFile } from "../config/settings_file.ts";
import { readArchive } from "./archive_file.ts";
import { askPassphrase } from "./ask_passphrase.ts";
import { loadFileStore, withArchivable } from "./file_store.ts";
import { printError, printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";
import { refuseWhileRunning } from "./running_server.ts";

export const help: CommandModule["help"] = {
  rest: "FILE",
  text: [
    "The whole archive is checked before anything is kept. The server must be stopped, and the database empty.",
    "The archive's settings are taken over where there is no settings file yet.",
  ].join("\n"),
  maxRest: 1,
};
export const flags: CommandModule["flags"] = [];
export const takesSettings = true;

export async function run(program: Program, args: Arguments): Promise<number> {
  const [name] = args.rest;
  if (name === undefined) {
    printError("Cannot import without the name of an archive: `whisperengine import FILE`");
    return 2;
  }
  const configuration = await args.configure();
  const { settings, facts } = configuration;
  const module = await loadFileStore(program, configuration);
  await refuseWhileRunning(settings.dataFolder, "import");
  const { rows, told } = await readArchive(
    resolve(facts.currentFolder, name),
    () => askPassphrase(facts, { isNew: false }),
    (content) =>
      withArchivable(module, settings.databaseFile, async (store) => ({
        ...await store.importRows(content.rows),
        told: content.settings,
      })),
  );
  const file = await readSettingsFile(settings.dataFolder);
  if (Object.keys(told).length > 0) {
    if (Object.keys(file.values).length === 0) await writeSettingsFile({ path: file.path, values: told });
    else printError(`The settings file ${file.path} is there already: the archive's settings were not taken over`);
  }
  printLine(`Imported ${rows} rows`);
  return 0;
}
