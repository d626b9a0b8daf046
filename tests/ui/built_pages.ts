/** Sees to it that the pages which the tests open are those of the sources. */
import { buildUi } from "../../build/ui.ts";

const root = new URL("../../", import.meta.url);

/** Builds `ui/dist` when there is none or a source is newer. */
export async function ensurePagesAreBuilt(): Promise<void> {
  const builtAt = await changedAt("ui/dist/manifest.json");
  const newest = Math.max(...await Promise.all(["ui", "build/ui.ts", "deno.json"].map(newestChange)));
  if (newest <= builtAt) return;
  await buildUi(new URL("ui", root).pathname, new URL("ui/dist", root).pathname);
}

async function newestChange(path: string): Promise<number> {
  let newest = await changedAt(path);
  if (!(await Deno.stat(new URL(path, root))).isDirectory) return newest;
  for await (const { name } of Deno.readDir(new URL(path, root))) {
    if (name !== "dist") newest = Math.max(newest, await newestChange(`${path}/${name}`));
  }
  return newest;
}

/** Milliseconds since 1970; 0 when there is no such file. */
async function changedAt(path: string): Promise<number> {
  try {
    return (await Deno.stat(new URL(path, root))).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
