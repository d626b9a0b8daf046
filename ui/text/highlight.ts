/** Colours code: each language is fetched when the first block of it is shown. */
import type { LanguageFn } from "highlight.js";

/** One of the four colours of the look, or none: keyword, string, number or name, comment. */
export interface Piece {
  readonly text: string;
  readonly colour: "k" | "s" | "n" | "c" | null;
}

export type Highlight = (code: string) => readonly Piece[];

/** What is longer stays plain: colouring it would be felt. */
export const longestCode = 30_000;

const languages: Readonly<Record<string, () => Promise<{ default: LanguageFn }>>> = {
  bash: () => import("highlight.js/lib/languages/bash"),
  c: () => import("highlight.js/lib/languages/c"),
  cpp: () => import("highlight.js/lib/languages/cpp"),
  csharp: () => import("highlight.js/lib/languages/csharp"),
  css: () => import("highlight.js/lib/languages/css"),
  diff: () => import("highlight.js/lib/languages/diff"),
  go: () => import("highlight.js/lib/languages/go"),
  java: () => import("highlight.js/lib/languages/java"),
  javascript: () => import("highlight.js/lib/languages/javascript"),
  json: () => import("highlight.js/lib/languages/json"),
  php: () => import("highlight.js/lib/languages/php"),
  python: () => import("highlight.js/lib/languages/python"),
  ruby: () => import("highlight.js/lib/languages/ruby"),
  rust: () => import("highlight.js/lib/languages/rust"),
  sql: () => import("highlight.js/lib/languages/sql"),
  typescript: () => import("highlight.js/lib/languages/typescript"),
  xml: () => import("highlight.js/lib/languages/xml"),
  yaml: () => import("highlight.js/lib/languages/yaml"),
};

/** What models write for them. */
const aliases: Readonly<Record<string, string>> = {
  ...{ sh: "bash", shell: "bash", zsh: "bash", console: "bash", h: "c", "c++": "cpp", hpp: "cpp", "c#": "csharp" },
  ...{ cs: "csharp", patch: "diff", golang: "go", js: "javascript", jsx: "javascript", mjs: "javascript" },
  ...{ jsonc: "json", json5: "json", py: "python", python3: "python", rb: "ruby", rs: "rust", postgresql: "sql" },
  ...{ sqlite: "sql", ts: "typescript", tsx: "typescript", html: "xml", svg: "xml", vue: "xml", yml: "yaml" },
};

const loaded = new Map<string, Highlight>();
const loading = new Map<string, Promise<Highlight>>();

/** "typescript" for "tsx"; null where there are no colours. */
export function languageOf(name: string): string | null {
  const lower = name.toLowerCase();
  const language = Object.hasOwn(aliases, lower) ? aliases[lower] ?? lower : lower;
  return Object.hasOwn(languages, language) ? language : null;
}

/** Null until `loadHighlight` has brought it. */
export function loadedHighlight(language: string): Highlight | null {
  return loaded.get(language) ?? null;
}

/** Throws what the import throws when the server is away; the next call tries again. */
export function loadHighlight(language: string): Promise<Highlight> {
  const known = loading.get(language);
  if (known) return known;
  const started = load(language);
  loading.set(language, started);
  started.catch(() => loading.delete(language));
  return started;
}

async function load(language: string): Promise<Highlight> {
  const definition = languages[language];
  if (!definition) throw new RangeError(`There are no colours for "${language}"`);
  const [{ createHighlight }, { default: grammar }] = await Promise.all([
    import("./highlight_pieces.ts"),
    definition(),
  ]);
  const highlight = createHighlight(language, grammar);
  loaded.set(language, highlight);
  return highlight;
}
