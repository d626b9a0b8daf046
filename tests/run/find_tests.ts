/** Finds every test file of the tree, and what looks like one but would never be run. */

const IGNORED = new Set(["node_modules", "dist", "coverage", ".git"]);

export interface FoundTests {
  /** Paths from the root; the architecture first, then the slow kinds, so that the run ends early. */
  readonly files: readonly string[];
  /** Files that register tests, are not named `*_test.ts` and are not used by one that is. */
  readonly leftOut: readonly string[];
}

export async function findTests(root: URL): Promise<FoundTests> {
  const sources = new Map<string, string>();
  for await (const path of walk(root, "")) sources.set(path, await Deno.readTextFile(new URL(path, root)));
  return sortOut(sources);
}

/** Pure part of `findTests`: from paths and what the files say. */
export function sortOut(sources: ReadonlyMap<string, string>): FoundTests {
  const files = [...sources.keys()].filter((path) => /_test\.tsx?$/.test(path));
  const reached = new Set<string>();
  const visit = (path: string) => {
    if (reached.has(path) || !sources.has(path)) return;
    reached.add(path);
    for (const [, specifier = ""] of (sources.get(path) ?? "").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
      visit(new URL(specifier, `file:///${path}`).pathname.slice(1));
    }
  };
  files.forEach(visit);
  const leftOut = [...sources].filter(([path, text]) =>
    /\b(?:Deno\.test|testWhere)\(/.test(text) && !reached.has(path)
  );
  return { files: files.toSorted(byUrgency), leftOut: leftOut.map(([path]) => path) };
}

async function* walk(root: URL, folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(folder === "" ? "." : `${folder}/`, root))) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory && !IGNORED.has(entry.name)) yield* walk(root, path);
    else if (entry.isFile && /\.tsx?$/.test(entry.name)) yield path;
  }
}

function byUrgency(a: string, b: string): number {
  return urgency(a) - urgency(b) || (a < b ? -1 : 1);
}

function urgency(path: string): number {
  const kinds = [/architecture_test/, /^tests\/(chaos|ui|end_to_end)\//];
  const place = kinds.findIndex((kind) => kind.test(path));
  return place === -1 ? kinds.length : place;
}
