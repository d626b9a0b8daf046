/** Rules about what source files say, checked on their text. */

/** By path from the root. */
export type Sources = ReadonlyMap<string, string>;

const IGNORED = new Set(["node_modules", "dist", "coverage", ".git", "data"]);

/** All text files of the tree that people write. */
export async function readSources(root: URL): Promise<Sources> {
  const sources = new Map<string, string>();
  const walk = async (folder: string) => {
    for await (const entry of Deno.readDir(new URL(folder === "" ? "." : folder, root))) {
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory && !IGNORED.has(entry.name)) await walk(`${path}/`);
      else if (entry.isFile && /\.(tsx?|mjs|js|json|ya?ml|md|css|html|sh|lock)$|^\.ci\/run$|Dockerfile$/.test(path)) {
        sources.set(path, await Deno.readTextFile(new URL(path, root)));
      }
    }
  };
  await walk("");
  return sources;
}

/** `import(…)` of anything but a string in quotes: neither the bundler nor `deno compile` could see it. */
export function unseenImports(sources: Sources): string[] {
  return matches(code(sources), /\bimport\((?!\s*"[^"$]+"\s*[,)])[^)]*\)?/g);
}

/** Calls of a provider from outside the rooms where every call is counted and bounded. */
export function uncountedCalls(sources: Sources): string[] {
  const elsewhere = only(code(sources), (path) => !/^(adapters\/models|server\/chat)\//.test(path));
  return [
    ...matches(elsewhere, /\.generate\(/g),
    // The engine's own `relay` counts; a provider's does not.
    ...matches(elsewhere, /(?<!\bengine)\.relay\(/g),
  ];
}

/** The runtime's interface in a room that works through ports. */
export function runtimeCalls(sources: Sources): string[] {
  const pure = only(code(sources), (path) => /^(server\/(domain|cost|memory|chat)|ui)\//.test(path));
  return matches(pure, /\bDeno\.\w+/g);
}

/** Paths of one person's machine; tests may make some up. Settings of the system, such as `/proc`, are none. */
export function machinePaths(sources: Sources): string[] {
  const written = only(sources, (path) => !path.startsWith("tests/"));
  return matches(written, new RegExp("(?<![\\w.~])/(?:work|root|home/\\w+|Users/\\w+)/[\\w.-]+", "g"));
}

/** Hosts of package registries: where packages come from is the business of whoever installs. */
export function registryHosts(sources: Sources): string[] {
  const hosts = [
    "registry\\.npmjs",
    "npmmirror\\.com",
    "jsr\\.io",
    "deno\\.land",
    "esm\\.sh",
    "unpkg\\.com",
    "jsdelivr\\.net",
  ];
  return matches(sources, new RegExp(`[\\w.-]*(?:${hosts.join("|")})[\\w./-]*`, "g"));
}

function matches(sources: Sources, pattern: RegExp): string[] {
  return [...sources].flatMap(([path, text]) =>
    [...text.matchAll(pattern)].map((match) => `${path}:${lineOf(text, match.index)} ${match[0]}`)
  );
}

/** Our programs without their comments; tests and tools may do as they need. */
function code(sources: Sources): Sources {
  return new Map(
    [...only(sources, (path) => /\.tsx?$/.test(path) && /^(main\.ts|server\/|adapters\/|ui\/|build\/)/.test(path))]
      .map(([path, text]) => [path, withoutComments(text)]),
  );
}

/** Every comment becomes as many empty lines, so that line numbers stay. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<=^|[\s;{}(,])\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ""));
}

function only(sources: Sources, wanted: (path: string) => boolean): Sources {
  return new Map([...sources].filter(([path]) => wanted(path)));
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
