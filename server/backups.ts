/** Backs the store up once a day, keeps some, and copies them to a second folder where one is configured. */
import { join } from "node:path";
import { keptBackups } from "./backup_retention.ts";
import { ChatError } from "./domain/error.ts";
import type { BackupStore } from "./domain/store.ts";

export interface BackupOptions {
  readonly store: Pick<BackupStore, "backup">;
  readonly folder: string;
  /** A second folder, on another disk perhaps; it keeps as many. */
  readonly copyTo: string | null;
  /** Hears every failure; the next try is an hour later. */
  readonly report: (error: unknown) => void;
  readonly clock?: Clock;
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`, or at once when aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

const dayMs = 24 * 60 * 60 * 1000;
const retryMs = 60 * 60 * 1000;
/** Timers stand still while the machine sleeps, so it is looked often whether a backup is due. */
const lookMs = 10 * 60 * 1000;

const realClock: Clock = { now: Date.now, wait };

/** Works until aborted; the first backup is made at once when the newest is older than a day. */
export async function runBackups(options: BackupOptions, signal: AbortSignal): Promise<void> {
  const { folder, report, clock = realClock } = options;
  let notBefore = 0;
  while (!signal.aborted) {
    const now = clock.now();
    try {
      if (now >= notBefore && isDue(await backupsIn(folder), now)) await backUp(options, now);
    } catch (error) {
      notBefore = now + retryMs;
      report(error);
    }
    await clock.wait(lookMs, signal);
  }
}

/** A newest one from the future means that the clock was set back. */
function isDue(madeAt: readonly number[], now: number): boolean {
  const newest = Math.max(0, ...madeAt);
  return newest + dayMs <= now || newest > now + dayMs;
}

/** A copy that fails is reported and does not undo the backup; the next one comes with the next backup. */
async function backUp({ store, folder, copyTo, report }: BackupOptions, now: number): Promise<void> {
  const name = nameOf(now);
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  await store.backup(join(folder, name));
  await cleanUp(folder);
  if (copyTo === null) return;
  try {
    await copy(join(folder, name), copyTo);
    await cleanUp(copyTo);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report(new ChatError("unavailable", `Cannot copy the backup to "${copyTo}": ${reason}`, { cause: error }));
  }
}

/** Whole or not at all. The folder must be there: made here, it would hide that a disk is not connected. */
async function copy(file: string, folder: string): Promise<void> {
  const to = join(folder, file.slice(file.lastIndexOf("whisperengine-")));
  await Deno.copyFile(file, `${to}.unfinished`);
  await Deno.rename(`${to}.unfinished`, to);
}

async function cleanUp(folder: string): Promise<void> {
  const made = await backupsIn(folder);
  const kept = new Set(keptBackups(made));
  for (const at of made) {
    if (!kept.has(at)) await Deno.remove(join(folder, nameOf(at)));
  }
}

/** When the backups in a folder were made; other files are left alone. */
async function backupsIn(folder: string): Promise<number[]> {
  const made: number[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const at = madeAt(name);
      if (at !== undefined) made.push(at);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return made;
}

/** `whisperengine-2026-11-22T16-40-05.db`, in UTC; `whisperengine backup` names its files so too. */
function nameOf(at: number): string {
  return `whisperengine-${new Date(at).toISOString().slice(0, 19).replaceAll(":", "-")}.db`;
}

function madeAt(name: string): number | undefined {
  const [, day, hour, minute, second] = name.match(/^whisperengine-(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)\.db$/) ?? [];
  const at = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? undefined : at;
}

function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener("abort", done);
  });
}
