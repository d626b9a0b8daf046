/** Builds the user interface when it is missing or older than its sources, so that `deno task start` starts quickly. */

/** What is wrong is on stderr by then. */
export class BuildFailed extends Error {
  override readonly name = "BuildFailed";
}

/** Throws `BuildFailed`. */
export async function makeReady(root: URL): Promise<void> {
  if (!await isStale(root)) return;
  console.error("Building the user interface …");
  const args = ["run", "--quiet", "--allow-all", "build/ui.ts"];
  const status = await new Deno.Command(Deno.execPath(), { args, cwd: root }).spawn().status;
  if (!status.success) throw new BuildFailed("Cannot build the user interface");
}

/** True when anything the user interface is made of is newer than its manifest, the last file that a build writes. */
async function isStale(root: URL): Promise<boolean> {
  const builtAt = await changedAt(new URL("ui/dist/manifest.json", root));
  if (builtAt === undefined) return true;
  for (const path of ["ui", "build/ui.ts", "deno.lock"]) {
    if (await newestChange(new URL(path, root)) > builtAt) return true;
  }
  return false;
}

async function newestChange(path: URL): Promise<number> {
  const stat = await Deno.stat(path);
  let newest = stat.mtime?.getTime() ?? 0;
  if (!stat.isDirectory) return newest;
  for await (const entry of Deno.readDir(path)) {
    if (entry.name === "dist") continue;
    newest = Math.max(newest, await newestChange(new URL(`${path.pathname.split("/").at(-1)}/${entry.name}`, path)));
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
    if (!(error instanceof BuildFailed)) throw error;
    console.error(error.message);
    Deno.exit(1);
  }
}
