/** Writes files that only this user may read. */
import { dirname } from "node:path";
import { newId } from "../domain/id.ts";

/** The whole text or nothing, even when the machine loses power in between; makes the folder when it is not there. */
export async function writePrivately(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${newId()}`;
  try {
    const file = await Deno.open(unfinished, { createNew: true, write: true, mode: 0o600 });
    try {
      let rest = new TextEncoder().encode(text);
      while (rest.length > 0) rest = rest.subarray(await file.write(rest));
      await file.sync();
    } finally {
      file.close();
    }
    await Deno.rename(unfinished, path);
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {});
    throw error;
  }
}
