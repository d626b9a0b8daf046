/** Which file imports which, as `deno info --json` sees it. */

export interface Import {
  /** A path from the root (`server/domain/turn.ts`), or `npm:…`, `node:…`. */
  readonly to: string;
  /** "type": nothing of it is left when the program runs; "dynamic": loaded when called. */
  readonly kind: "static" | "dynamic" | "type";
}

/** By path from the root. */
export type Graph = ReadonlyMap<string, readonly Import[]>;

interface InfoModule {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly isDynamic?: boolean;
    readonly code?: { readonly specifier?: string };
    readonly type?: { readonly specifier?: string };
  }[];
}

/** The imports of these files and of everything they reach. */
export async function readGraph(root: URL, files: readonly string[]): Promise<Graph> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(entry, files.map((file) => `import "${new URL(file, root)}";`).join("\n"));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", "deno.json", entry],
      cwd: root,
    }).output();
    if (!success) throw new Error(`Cannot read the imports: ${new TextDecoder().decode(stderr)}`);
    const { modules }: { modules: InfoModule[] } = JSON.parse(new TextDecoder().decode(stdout));
    return decodeGraph(modules, root);
  } finally {
    await Deno.remove(entry);
  }
}

/** Everything that is loaded when `file` is, before any `import()` is called; `file` among it. */
export function staticClosure(graph: Graph, file: string): string[] {
  const seen = new Set<string>();
  const visit = (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { to, kind } of graph.get(path) ?? []) if (kind === "static") visit(to);
  };
  visit(file);
  return [...seen].toSorted();
}

function decodeGraph(modules: readonly InfoModule[], root: URL): Graph {
  const graph = new Map<string, Import[]>();
  for (const module of modules) {
    if (!module.specifier.startsWith(root.href)) continue;
    const imports = (module.dependencies ?? []).map((dependency): Import => {
      const target = dependency.code?.specifier ?? dependency.type?.specifier;
      if (target === undefined) {
        throw new Error(`Cannot find what "${module.specifier}" imports as "${dependency.specifier}"`);
      }
      const kind = dependency.code === undefined ? "type" : dependency.isDynamic ? "dynamic" : "static";
      return { to: target.replace(root.href, ""), kind };
    });
    graph.set(module.specifier.replace(root.href, ""), imports);
  }
  return graph;
}
