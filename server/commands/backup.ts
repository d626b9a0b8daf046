/** `whisperengine backup`: a verified copy of the database, also while a server works on it. */
import { join, resolve } from "node:path";
import { dateForName, loadFileStore, requireDatabase, requireFree } from "./file_store.ts";
import { printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";

export const help: CommandModule["help"] = {
  rest: "[FILE]",
  text: "Without FILE the copy goes to the folder of the daily backups. A server may be running meanwhile.",
  maxRest: 1,
};
export const flags: CommandModule["flags"] = [{ name: "force", about: "Write over a file that is there" }];
export const takesSettings = true;

export async function run(program: Program, args: Arguments): Promise<number> {
  const configuration = await args.configure();
  const { settings, facts } = configuration;
  const usual = join(settings.backupFolder, `whisperengine-${dateForName()}.db`);
  const to = args.rest[0] === undefined ? usual : resolve(facts.currentFolder, args.rest[0]);
  const module = await loadFileStore(program, configuration);
  await requireDatabase(configuration);
  await requireFree(to, args.flags.force !== undefined);
  if (to === usual) await Deno.mkdir(settings.backupFolder, { recursive: true, mode: 0o700 });
  await module.copyDatabase(settings.databaseFile, to);
  printLine(to);
  return 0;
}
