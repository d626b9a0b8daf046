/** The database of this data folder as a file: what backup, restore, export, import and doctor work on. */
import type { Configuration } from "../config/configuration.ts";
import { ChatError } from "../domain/error.ts";
import { type ArchivableStore, type FileStoreModule, isArchivable, isFileStore } from "../domain/store.ts";
import type { Program } from "./program.ts";

/** Throws `ChatError` "invalid" for a database that is not a file. */
export async function loadFileStore(program: Program, { settings }: Configuration): Promise<FileStoreModule> {
  const module = await program.tables.stores[settings.store]?.load();
  if (module !== undefined && isFileStore(module)) return module;
  throw new ChatError("invalid", `Cannot work on "${settings.store}" as a file: use that database's own tools`);
}

/** Throws `ChatError` "not_found" when there is no database yet. */
export async function requireDatabase({ settings }: Configuration): Promise<void> {
  if (await isThere(settings.databaseFile)) return;
  const { databaseFile } = settings;
  throw new ChatError("not_found", `Cannot find the database "${databaseFile}": start the server once, or give --data`);
}

/** Opens it, does `work`, and closes it however that ends. */
export async function withArchivable<T>(
  module: FileStoreModule,
  file: string,
  work: (store: ArchivableStore) => Promise<T>,
): Promise<T> {
  const store = await module.open({ file });
  try {
    if (!isArchivable(store)) throw new ChatError("invalid", "Cannot export or import: this database has no archive");
    return await work(store);
  } finally {
    await store.close();
  }
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** Throws `ChatError` "conflict" for a file that is there already, unless it may be replaced. */
export async function requireFree(path: string, mayReplace: boolean): Promise<void> {
  if (mayReplace || !await isThere(path)) return;
  throw new ChatError("conflict", `Cannot write "${path}": it is there already; give another name, or --force`);
}

/** `2026-11-22T16-33-57`, for names of files: sorted by time, and allowed on every system. */
export function dateForName(now = new Date()): string {
  return now.toISOString().slice(0, 19).replaceAll(":", "-");
}
