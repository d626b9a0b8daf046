/** `whisperengine export`: all content in one archive, also while a server works on it. */
import { join, resolve } from "node:path";
import { withoutSecrets } from "../config/portable_settings.ts";
import { readSettingsFile } from "../config/settings_file.ts";
import { writeArchive } from "./archive_file.ts";
import { askPassphrase } from "./ask_passphrase.ts";
import { dateForName, loadFileStore, requireDatabase, requireFree, withArchivable } from "./file_store.ts";
import { printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";

export const help: CommandModule["help"] = {
  rest: "[FILE]",
  text: [
    "Without FILE it is written to the current folder. Keys and passwords are left out, unless --passphrase encrypts",
    "the archive; the passphrase is asked for, or read from WHISPER_PASSPHRASE.",
  ].join("\n"),
  maxRest: 1,
};
export const flags: CommandModule["flags"] = [
  { name: "passphrase", about: "Encrypt it with a passphrase, and take the keys along" },
  { name: "force", about: "Write over a file that is there" },
];
export const takesSettings = true;

export async function run(program: Program, args: Arguments): Promise<number> {
  const configuration = await args.configure();
  const { settings, facts } = configuration;
  const to = resolve(facts.currentFolder, args.rest[0] ?? `whisperengine-export-${dateForName()}.jsonl.gz`);
  const module = await loadFileStore(program, configuration);
  await requireDatabase(configuration);
  await requireFree(to, args.flags.force !== undefined);
  const passphrase = args.flags.passphrase === undefined ? null : await askPassphrase(facts, { isNew: true });
  const { values } = await readSettingsFile(settings.dataFolder);
  const told = passphrase === null ? withoutSecrets(values, program.tables) : values;

  // From a copy: it is one moment of the database, and the server that may be writing is not disturbed.
  const folder = await Deno.makeTempDir({ dir: settings.dataFolder, prefix: ".export-" });
  try {
    const copy = join(folder, "copy.db");
    await module.copyDatabase(settings.databaseFile, copy);
    await withArchivable(
      module,
      copy,
      (store) => writeArchive(to, { settings: told, rows: store.exportRows() }, passphrase),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  printLine(to);
  return 0;
}
