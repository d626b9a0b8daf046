/** Bundles the pages for the browser: split, hashed names, precompressed, with a manifest that says which file is what. */
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** What `manifest.json` says; `ui/page_data.ts` reads it as `Assets`. */
export interface Manifest {
  readonly base: string;
  readonly style: string;
  readonly icon: string;
  readonly touchIcon: string;
  readonly webManifest: string;
  readonly theme: string;
  readonly chat: Entry;
  readonly signIn: Entry;
}

interface Entry {
  readonly script: string;
  /** What it imports. */
  readonly preload: readonly string[];
  /** What it imports when there are messages to show; everything else that is split off is fetched when it is needed. */
  readonly later: readonly string[];
}

interface Built {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const base = "/assets/";

/** Writes `outDir` anew from the sources in `uiDir`; returns what the server needs to know. */
export async function buildUi(uiDir: string, outDir: string): Promise<Manifest> {
  const workDir = await Deno.makeTempDir();
  try {
    await bundle(uiDir, workDir, ["chat.tsx", "sign_in.tsx"]);
    const scripts = await readScripts(workDir);
    const styles = await Promise.all(
      ["tokens.css", "app.css", "chat.css", "attach.css", "data.css"].map((name) =>
        Deno.readTextFile(`${uiDir}/styles/${name}`)
      ),
    );
    const style = await hashed("style.css", new TextEncoder().encode(smaller(styles.join("\n"))));
    const icon = await hashed("favicon.svg", await Deno.readFile(`${uiDir}/brand/favicon.svg`));
    const touchIcon = await hashed("touch.png", await Deno.readFile(`${uiDir}/brand/app-icon-180.png`));
    const appIcon = await hashed("app.png", await Deno.readFile(`${uiDir}/brand/app-icon-512.png`));
    const webManifest = await hashed(
      "app.webmanifest",
      new TextEncoder().encode(JSON.stringify(describeApp([[touchIcon.name, 180], [appIcon.name, 512]]))),
    );
    const themeDir = `${workDir}/theme`;
    await bundle(uiDir, themeDir, ["theme.ts"]);
    const theme = await hashed("theme.js", await Deno.readFile(`${themeDir}/theme.js`));
    const entries = await nameEntries(scripts, ["chat.js", "sign_in.js"]);
    const files = [...entries.files, theme, style, icon, touchIcon, appIcon, webManifest];
    const assets: Manifest = {
      base,
      style: style.name,
      icon: icon.name,
      touchIcon: touchIcon.name,
      webManifest: webManifest.name,
      theme: theme.name,
      chat: entries.entry("chat.js"),
      signIn: entries.entry("sign_in.js"),
    };
    await writeAll(outDir, files, assets);
    // The reader of the API's description, for programs that have no packages beside them.
    await Deno.copyFile(new URL(import.meta.resolve("rapidoc")), `${outDir}/rapidoc-min.js`);
    return assets;
  } finally {
    await Deno.remove(workDir, { recursive: true });
  }
}

/** What browsers need to know to install the chat as an app: https://www.w3.org/TR/appmanifest/ */
function describeApp(icons: readonly (readonly [string, number])[]) {
  return {
    ...{ name: "WhisperEngine", short_name: "WhisperEngine", id: "/", start_url: "/", scope: "/" },
    ...{ display: "standalone", background_color: "#fdfcfb", theme_color: "#fdfcfb" },
    icons: icons.map(([name, size]) => ({ src: base + name, sizes: `${size}x${size}`, type: "image/png" })),
  };
}

async function bundle(uiDir: string, outDir: string, entries: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform=browser",
      "--minify",
      "--code-splitting",
      "--outdir",
      outDir,
      ...entries.map((entry) => `${uiDir}/client/${entry}`),
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot bundle the pages: ${new TextDecoder().decode(stderr)}`);
}

async function readScripts(dir: string): Promise<Map<string, string>> {
  const scripts = new Map<string, string>();
  for await (const { name, isFile } of Deno.readDir(dir)) {
    if (isFile && name.endsWith(".js")) scripts.set(name, await Deno.readTextFile(`${dir}/${name}`));
  }
  return scripts;
}

/** Chunks have hashes in their names already; an entry gets one here, which is safe as nothing imports an entry. */
async function nameEntries(scripts: Map<string, string>, entries: readonly string[]) {
  const files: Built[] = [];
  const names = new Map<string, string>();
  for (const [name, text] of scripts) {
    const bytes = new TextEncoder().encode(text);
    const built = entries.includes(name) ? await hashed(name, bytes) : { name, bytes };
    names.set(name, built.name);
    files.push(built);
  }
  function entry(name: string): Entry {
    const preload = reach(scripts, name, /(?:from|import)\s*"\.\/([^"]+)"/g);
    const lazy = [name, ...preload].flatMap((from) => imports(scripts, from, /import\(\s*"\.\/([^"]+)"\s*\)/g))
      .filter((file) => file.startsWith("parse_markdown-"));
    const later = lazy.flatMap((from) => [from, ...reach(scripts, from, /(?:from|import)\s*"\.\/([^"]+)"/g)]);
    return {
      script: names.get(name) ?? name,
      preload,
      later: [...new Set(later)].filter((file) => !preload.includes(file) && file !== name),
    };
  }
  return { files, entry };
}

/** All that a script imports, and what that imports, in order and once each. */
function reach(scripts: Map<string, string>, from: string, pattern: RegExp): string[] {
  const found = new Set<string>();
  const open = [from];
  for (let name = open.shift(); name !== undefined; name = open.shift()) {
    for (const next of imports(scripts, name, pattern)) {
      if (found.has(next)) continue;
      found.add(next);
      open.push(next);
    }
  }
  found.delete(from);
  return [...found];
}

function imports(scripts: Map<string, string>, name: string, pattern: RegExp): string[] {
  return [...(scripts.get(name) ?? "").matchAll(pattern)].flatMap(([, file]) => file ? [file] : []);
}

async function hashed(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<Built> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hash = digest.slice(0, 6).toHex().toUpperCase();
  return { name: name.replace(/(\.[a-z]+)$/, `-${hash}$1`), bytes };
}

/** Comments and indentation out; nothing that would need to understand the sheet. */
function smaller(css: string): string {
  return css.replace(/\/\*[^]*?\*\//g, "").replace(/\s*\n\s*/g, "\n").replace(/[ \t]+/g, " ").trim();
}

async function writeAll(outDir: string, files: readonly Built[], assets: Manifest): Promise<void> {
  await Deno.remove(outDir, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(outDir, { recursive: true });
  for (const { name, bytes } of files) {
    const path = `${outDir}/${name}`;
    await Deno.writeFile(path, bytes);
    if (!/\.(js|css|svg)$/.test(name)) continue;
    await Deno.writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    await Deno.writeFile(`${path}.br`, brotli(bytes));
  }
  await Deno.writeTextFile(`${outDir}/manifest.json`, JSON.stringify(assets, null, 1));
}

function brotli(bytes: Uint8Array): Uint8Array {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
}

/** What a first visit to the chat page loads, for people who build it. */
async function report(outDir: string, assets: Manifest): Promise<void> {
  const kilobytes = async (names: readonly string[], ending: string) => {
    const sizes = await Promise.all(names.map(async (name) => (await Deno.stat(`${outDir}/${name}${ending}`)).size));
    return (sizes.reduce((sum, size) => sum + size, 0) / 1000).toFixed(1);
  };
  const rows: [string, string[]][] = [
    ["chat page, new conversation", [assets.chat.script, ...assets.chat.preload, assets.theme]],
    ["with messages, besides", [...assets.chat.later]],
    ["sign-in page", [assets.signIn.script, ...assets.signIn.preload, assets.theme]],
    ["style", [assets.style]],
  ];
  for (const [what, names] of rows) {
    console.log(
      `${what.padEnd(30)} ${await kilobytes(names, "")} kB, gz ${await kilobytes(names, ".gz")}, br ${await kilobytes(
        names,
        ".br",
      )}`,
    );
  }
}

if (import.meta.main) {
  const root = new URL("..", import.meta.url).pathname;
  const assets = await buildUi(`${root}ui`, `${root}ui/dist`);
  await report(`${root}ui/dist`, assets);
}
