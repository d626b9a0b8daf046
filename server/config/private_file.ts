/** Writes files that only this user may read. */
import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { newId } from "../domain/id.ts";

/** The whole text or nothing, even when the machine loses power in between; makes the folder when it is not there. */
export async function writePrivately(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const unfinished = `${path}.${newId()}`;
  try {
    const file = await open(unfinished, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await Deno.rename(unfinished, path);
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {});
    throw error;
  }
}
