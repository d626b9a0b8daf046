/** `whisperengine import`: an archive into an empty database, or conversations of ChatGPT or Claude into any. */
import { resolve } from "node:path";
import { readSettingsFile, writeSettingsFile } from "../config/settings_file.ts";
import { readArchive } from "./archive_file.ts";
import { askPassphrase } from "./ask_passphrase.ts";
import { loadFileStore, withArchivable } from "./file_store.ts";
import { importConversations, isForeignExport } from "./import_conversations.ts";
import { printError, printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";
import { refuseWhileRunning } from "./running_server.ts";

export const help: CommandModule["help"] = {
  rest: "FILE",
  text: [
    "FILE is an archive of `whisperengine export`, or the export of ChatGPT or Claude (the ZIP, or its",
    "conversations.json). The server must be stopped; while it runs, the web chat imports ChatGPT's and Claude's.",
    "An archive is checked whole before anything is kept, and the database must be empty. Its settings are taken over",
    "where there is no settings file yet. Conversations of ChatGPT and Claude are added, each only once.",
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
  const path = resolve(facts.currentFolder, name);
  if (await isForeignExport(path)) {
    return await withArchivable(module, settings.databaseFile, (store) => importConversations(path, store));
  }
  const { rows, told } = await readArchive(
    path,
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
