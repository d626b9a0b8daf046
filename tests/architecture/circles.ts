/** Finds circles in who imports whom. */
import type { Graph } from "./graph.ts";

/** Every circle once, as `a -> b -> a`; empty when there are none. */
export function circles(edges: ReadonlyMap<string, Iterable<string>>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (node: string, trail: readonly string[]) => {
    const start = trail.indexOf(node);
    if (start !== -1) {
      found.push([...trail.slice(start), node].join(" -> "));
      return;
    }
    if (done.has(node)) return;
    for (const next of edges.get(node) ?? []) visit(next, [...trail, node]);
    done.add(node);
  };
  for (const node of edges.keys()) visit(node, []);
  return found;
}

/** Edges between files, of what is loaded together. */
export function fileEdges(graph: Graph): Map<string, string[]> {
  const edges = new Map<string, string[]>();
  for (const [from, imports] of graph) {
    edges.set(from, imports.filter(({ kind }) => kind === "static").map(({ to }) => to));
  }
  return edges;
}

/** Edges between groups of files, of every kind; `groupOf` undefined leaves a file out. */
export function groupEdges(graph: Graph, groupOf: (path: string) => string | undefined): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const [from, imports] of graph) {
    const group = groupOf(from);
    if (group === undefined) continue;
    const targets = edges.get(group) ?? new Set();
    edges.set(group, targets);
    for (const { to } of imports) {
      const other = groupOf(to);
      if (other !== undefined && other !== group) targets.add(other);
    }
  }
  return edges;
}
