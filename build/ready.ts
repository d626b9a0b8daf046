/** Makes ready what starting needs, and only what is missing or out of date: packages, and the user interface. */

/** A step has failed; what is wrong with it is on stderr by then. */
export class BuildFailed extends Error {
  override readonly name = "BuildFailed";
}

/** Throws `BuildFailed`. */
export async function makeReady(root: URL): Promise<void> {
  if (await changedAt(new URL("node_modules", root)) === undefined) {
    console.error("Installing packages …");
    await deno(["install", "--quiet", "--frozen"], root);
  }
  if (await isUiStale(root)) await buildUi(root);
}

export async function buildUi(root: URL): Promise<void> {
  console.error("Building the user interface …");
  await deno(["run", "--quiet", "--allow-all", "build/ui.ts"], root);
}

/** True when anything the user interface is made of is newer than its manifest, the last file that a build writes. */
export async function isUiStale(root: URL): Promise<boolean> {
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

async function deno(args: string[], root: URL): Promise<void> {
  const status = await new Deno.Command(Deno.execPath(), { args, cwd: root, stdout: "inherit", stderr: "inherit" })
    .spawn().status;
  if (!status.success) throw new BuildFailed(`Cannot get ready: "deno ${args.join(" ")}" failed`);
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
