/** What `doctor` finds out about the data folder and the database in it. Writes only a probe that it takes away. */
import { join } from "node:path";
import type { Configuration } from "../config/configuration.ts";
import type { Problem } from "../config/settings.ts";
import { storeSettings } from "../config/store_settings.ts";
import { freeBytes } from "../config/folder_facts.ts";
import { newId } from "../domain/id.ts";
import { isServerStore } from "../domain/store.ts";
import { isThere, loadFileStore } from "./file_store.ts";
import type { Program } from "./program.ts";

export interface DataState {
  readonly folder: string;
  readonly exists: boolean;
  readonly fileSystem: string | null;
  readonly freeBytes: number | null;
  /** "none": it is made at the first start. */
  readonly database: "ok" | "none" | "broken";
  readonly problems: readonly Problem[];
}

const littleBytes = 500e6;
const tooLittleBytes = 50e6;

export async function checkData(program: Program, configuration: Configuration): Promise<DataState> {
  const { folder, settings } = configuration;
  const problems: Problem[] = [];
  const add = (setting: string, message: string, isFatal: boolean) => problems.push({ setting, message, isFatal });

  const reason = folder.exists ? await whyNotWritable(folder.path) : null;
  if (reason !== null) {
    const cure = "this user must be able to write there, or WHISPER_DATA must be another folder";
    add("WHISPER_DATA", `Cannot write to the data folder "${folder.path}": ${reason}; ${cure}`, true);
  }
  const free = await freeBytes(folder.path);
  if (free !== undefined && free < littleBytes) {
    const left = `${Math.floor(free / 1e6)} MB`;
    const cure = "free some space, or choose another WHISPER_DATA";
    add(
      "WHISPER_DATA",
      `The disk of "${folder.path}" is almost full: ${left} are left; ${cure}`,
      free < tooLittleBytes,
    );
  }

  let database: DataState["database"] = "none";
  const module = await program.tables.stores[settings.store]?.load();
  if (module !== undefined && isServerStore(module)) {
    const problem = await module.checkServer(storeSettings(settings));
    database = problem === null ? "ok" : "broken";
    if (problem !== null) add("DATABASE_URL", problem, true);
  } else if (await isThere(settings.databaseFile)) {
    const problem = await (await loadFileStore(program, configuration)).checkDatabase(settings.databaseFile);
    database = problem === null ? "ok" : "broken";
    if (problem !== null) {
      const cure =
        `\`whisperengine restore FILE\` puts back a backup; the daily ones are in "${settings.backupFolder}"`;
      add("WHISPER_DATA", `Cannot use the database "${settings.databaseFile}": ${problem}; ${cure}`, true);
    }
  }
  return {
    folder: folder.path,
    exists: folder.exists,
    fileSystem: folder.fileSystem ?? null,
    freeBytes: free ?? null,
    database,
    problems,
  };
}

async function whyNotWritable(folder: string): Promise<string | null> {
  const probe = join(folder, `.probe-${newId()}`);
  try {
    await Deno.writeTextFile(probe, "", { createNew: true, mode: 0o600 });
    await Deno.remove(probe);
    return null;
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return "access is denied";
    if (error instanceof Error) return error.message.replace(/ \(os error.*$/, "");
    throw error;
  }
}
