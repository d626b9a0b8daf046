/** Who may import whom: the arrows of `docs/architecture.md` as a table, and the check that reads it. */
import type { Graph } from "./graph.ts";

/**
 * A row is a folder or a pattern of files, `*` standing for one name; the longest that fits a path counts. Files of
 * one row may import each other, and what the row lists. What has no row may import nothing of ours.
 */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["server", "adapters/*/table.ts", "deno.json"],
  "server/domain": [],
  "server/cost": ["server/domain"],
  "server/memory": ["server/domain", "server/cost"],
  "server/chat": ["server/domain", "server/cost", "server/memory"],
  "server/config": ["server/domain"],
  "server/attachments": ["server/domain"],
  "server/import": ["server/domain"],
  "server/accounts": ["server/domain", "server/config"],
  "server/http": [
    ...["server/domain", "server/cost", "server/memory", "server/chat", "server/config", "server/accounts"],
    ...["server/attachments", "server/import", "server/log.ts", "ui"],
  ],
  "server/commands": ["server"],
  "server/*.ts": ["server"],
  "adapters/platforms": ["server/domain"],
  "adapters/stores": ["server/domain"],
  "adapters/models": ["server/domain"],
  "adapters/buses": ["server/domain"],
  "adapters/caches": ["server/domain"],
  "ui": [],
  "build": ["adapters/*/table.ts", "server/config", "server/domain"],
};

/** Types alone, besides. */
export const MAY_IMPORT_TYPES: Readonly<Record<string, readonly string[]>> = {
  "ui": ["server/domain/wire.ts"],
};

/** Packages and built-in modules, without their scheme; a row that is not here may use any. */
export const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  "server/domain": [],
  "server/cost": [],
  "server/memory": [],
  "server/chat": ["gpt-tokenizer"],
  "ui": ["preact", "@preact/signals", "preact-render-to-string", "marked", "dompurify", "highlight.js", "katex"],
};

/** One line for each import that no arrow allows. */
export function wrongArrows(graph: Graph): string[] {
  const wrong: string[] = [];
  for (const [from, imports] of graph) {
    if (from.startsWith("tests/")) continue;
    const row = rowOf(from);
    for (const { to, kind } of imports) {
      const types = kind === "type" ? MAY_IMPORT_TYPES[row ?? ""] ?? [] : [];
      const isAllowed = row !== undefined &&
        (/^[a-z]+:/.test(to)
          ? (MAY_USE[row]?.some((name) => isPackage(name, to)) ?? true)
          : [row, ...MAY_IMPORT[row] ?? [], ...types].some((allowed) => isIn(allowed, to)));
      if (!isAllowed) wrong.push(`${from} may not import ${to}`);
    }
  }
  return wrong;
}

/** One line for each adapter that reaches into another one; only the SQL of the stores is shared. */
export function crossedAdapters(graph: Graph): string[] {
  const wrong: string[] = [];
  for (const [from, imports] of graph) {
    const adapter = adapterOf(from);
    if (adapter === undefined) continue;
    for (const { to } of imports) {
      const other = adapterOf(to);
      if (other !== undefined && other !== adapter && other !== "adapters/stores/sql") {
        wrong.push(`${from} may not import ${to}`);
      }
    }
  }
  return wrong;
}

/** The row that a path belongs to; of `server/*.ts`, every file stands for itself. */
export function layerOf(path: string): string | undefined {
  const row = rowOf(path);
  return row === "server/*.ts" ? path : row;
}

function rowOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT).filter((row) => isIn(row, path)).toSorted((a, b) => b.length - a.length)[0];
}

function isIn(row: string, path: string): boolean {
  const pattern = row.replaceAll(".", "\\.").replaceAll("*", "[^/]+");
  return new RegExp(`^${pattern}${/\.\w+$/.test(row) ? "$" : "/"}`).test(path);
}

/** `adapters/models/guide` for a file in it; undefined for what lies beside the adapters, such as their table. */
function adapterOf(path: string): string | undefined {
  const parts = path.split("/");
  return parts[0] === "adapters" && parts.length > 3 ? parts.slice(0, 3).join("/") : undefined;
}

/** Whether `to`, such as `npm:/preact@11.2.0/hooks`, is this package or a part of it. */
function isPackage(name: string, to: string): boolean {
  const rest = to.replace(/^[a-z]+:\/?/, "");
  return rest.startsWith(name) && /^(@[\d.]+.*|\/.*|)$/.test(rest.slice(name.length));
}
