/** A verified copy of a database in use, made in a worker so that the event loop goes on. */
import { ChatError } from "../../../server/domain/error.ts";
import { problemOf } from "./failure.ts";

/**
 * The worker's whole program. A string, because bundled code has no file of its own that a worker could be made
 * from. `vacuum into` reads one snapshot while others write; node:sqlite's `backup` starts again at every write.
 */
const program = `
import { DatabaseSync } from "node:sqlite";
self.onmessage = ({ data: { from, to } }) => {
  try {
    const source = new DatabaseSync(from, { readOnly: true, timeout: 5000 });
    try { source.prepare("vacuum into ?").run(to); } finally { source.close(); }
    const copy = new DatabaseSync(to, { readOnly: true });
    let found;
    try { found = copy.prepare("pragma integrity_check(1)").get().integrity_check; } finally { copy.close(); }
    const file = Deno.openSync(to, { read: true, write: true });
    try { file.syncSync(); } finally { file.close(); }
    self.postMessage(found === "ok" ? {} : { damage: found });
  } catch (error) {
    self.postMessage({ failure: error.message });
  }
};`;

/**
 * Writes `to` whole or not at all, over what was there. Throws `ChatError` "unavailable" when the disk or the
 * database does not allow it.
 */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const unfinished = `${to}.unfinished`;
  try {
    await removeIfThere(unfinished);
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
