/** Builds pages and program when they are missing or older than their sources, so that `deno task start` starts quickly. */
import { fileURLToPath } from "node:url";
import { buildProgram } from "./program.ts";
import { buildUi } from "./ui.ts";

const pages = { sources: ["ui", "build/ui.ts", "deno.lock"], built: "ui/dist/manifest.json" };
const program = {
  sources: ["main.ts", "server", "adapters", "ui", "build/program.ts", "deno.json", "deno.lock"],
  built: "dist/program/main.js",
};

/** Throws when it cannot be built. */
export async function makePagesReady(root: URL): Promise<void> {
  if (!await isStale(root, pages)) return;
  console.error("Building the pages …");
  const ui = fileURLToPath(new URL("ui/", root));
  await buildUi(ui, `${ui}dist`);
}

/** Both. Throws when they cannot be built. */
export async function makeReady(root: URL): Promise<void> {
  await makePagesReady(root);
  if (!await isStale(root, program)) return;
  console.error("Building the program …");
  await buildProgram(root, new URL("dist/program/", root));
}

/** True when a source is newer than what is built last. */
async function isStale(root: URL, { sources, built }: { sources: readonly string[]; built: string }): Promise<boolean> {
  const builtAt = await changedAt(new URL(built, root));
  if (builtAt === undefined) return true;
  const changes = await Promise.all(sources.map((path) => newestChange(new URL(path, root))));
  return Math.max(...changes) > builtAt;
}

async function newestChange(path: URL): Promise<number> {
  const stat = await Deno.stat(path);
  let newest = stat.mtime?.getTime() ?? 0;
  if (!stat.isDirectory) return newest;
  for await (const entry of Deno.readDir(path)) {
    if (entry.name === "dist") continue;
    newest = Math.max(newest, await newestChange(new URL(`${path.href}/${encodeURIComponent(entry.name)}`)));
  }
  return newest;
}

/** Milliseconds since 1970; undefined when there is no such file. */
async function changedAt(path: URL): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

if (import.meta.main) {
  try {
    await makeReady(new URL("..", import.meta.url));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
