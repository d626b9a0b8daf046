/** Bundles the program: split, so that nothing is loaded before it is needed, with the pages beside it. */
import { cp } from "node:fs/promises";

/** Writes `outDir` anew: `main.js`, its chunks, and `ui/dist`, which must be built. Throws when bundling fails. */
export async function buildProgram(root: URL, outDir: URL): Promise<void> {
  const unfinished = new URL(`${outDir.href.replace(/\/$/, "")}.unfinished/`);
  await removeFolder(unfinished);
  const args = ["bundle", "--quiet", "--platform=deno", "--minify", "--code-splitting", "--sourcemap=linked"];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "--outdir", unfinished.pathname, "main.ts"],
    cwd: root,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot bundle the program: ${new TextDecoder().decode(stderr)}`);
  for await (const { name } of Deno.readDir(unfinished)) {
    if (name.endsWith(".js")) await startLean(new URL(name, unfinished));
  }
  await cp(new URL("ui/dist/", root), new URL("ui/dist/", unfinished), { recursive: true });
  await removeFolder(outDir);
  await Deno.rename(unfinished, outDir);
}

/** What the bundler writes for packages of the older kind, which every chunk then loads. */
const eagerRequire = /import\{createRequire as (\w+)\} from "node:module";var (\w+)=\1\(import\.meta\.url\);/;
const lazyRequire = 'var $2=(made=>name=>(made??=process.getBuiltinModule("node:module")' +
  ".createRequire(import.meta.url))(name))();";

/**
 * Takes out of a chunk what costs time at the start, wanted or not. Deno walks every literal `import()`; one that it
 * cannot read it leaves alone. And `node:module` takes longer to load than most of the rest.
 */
async function startLean(file: URL): Promise<void> {
  const text = await Deno.readTextFile(file);
  const lean = text.replace(/\bimport\("(\.\/[^"]+)"\)/g, `${"import"}(String("$1"))`).replace(
    eagerRequire,
    lazyRequire,
  );
  await Deno.writeTextFile(file, lean);
}

async function removeFolder(folder: URL): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
