/** A verified copy of a database in use, made in a worker so that the event loop goes on. */
import { ChatError } from "../../../server/domain/error.ts";
import { problemOf } from "./failure.ts";

/**
 * The worker's whole program. A string, because bundled code has no file of its own that a worker could be made
 * from. All pages in one step, which is one snapshot: between steps, a write by others would start it again. Not
 * `vacuum into`: it attaches a database, which Deno allows only to programs that may read and write every file.
 */
const program = `
import { backup, DatabaseSync } from "node:sqlite";
self.onmessage = async ({ data: { from, to } }) => {
  try {
    const source = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
    try { await backup(source, to, { rate: 2 ** 31 - 1 }); } finally { source.close(); }
    const copy = new DatabaseSync(to);
    let found;
    try {
      copy.exec("pragma journal_mode = delete"); // one file, which needs none beside it
      found = copy.prepare("pragma integrity_check(1)").get().integrity_check;
    } finally { copy.close(); }
    const file = Deno.openSync(to, { read: true, write: true });
    try { file.syncSync(); } finally { file.close(); }
    self.postMessage(found === "ok" ? {} : { damage: found });
  } catch (error) {
    self.postMessage({ failure: error.message });
  }
};`;

/**
 * Writes `to` whole or not at all, over what was there, for this user only. Throws `ChatError` "unavailable" when the disk or the
 * database does not allow it.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const unfinished = `${to}.unfinished`;
  try {
    await removeIfThere(unfinished);
    (await Deno.open(unfinished, { createNew: true, write: true, mode: 0o600 })).close();
    await work({ from, to: unfinished });
    await Deno.rename(unfinished, to);
  } catch (error) {
    await removeIfThere(unfinished);
    const reason = problemOf(error) ?? (error instanceof Error ? error.message : String(error));
    throw new ChatError("unavailable", `Cannot copy the database to "${to}": ${reason}`, { cause: error });
  }
}

function work(paths: { from: string; to: string }): Promise<void> {
  const worker = new Worker(`data:text/javascript,${encodeURIComponent(program)}`, { type: "module" });
  return new Promise<void>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<{ damage?: string; failure?: string }>) => {
      if (data.damage !== undefined) reject(new Error(`database disk image is malformed: ${data.damage}`));
      else if (data.failure !== undefined) reject(new Error(data.failure));
      else resolve();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message));
    };
    worker.postMessage(paths);
  }).finally(() => worker.terminate());
}

async function removeIfThere(file: string): Promise<void> {
  try {
    await Deno.remove(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
