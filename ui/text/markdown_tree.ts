/** What Markdown becomes before it is painted: a small tree of blocks and inline pieces, all of them plain data. */

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "strong" | "em" | "del"; readonly children: readonly Inline[] }
  /** `href` is always http, https or mailto. */
  | { readonly kind: "link"; readonly href: string; readonly children: readonly Inline[] }
  /** An outside picture: shown only to those who ask for it. `href` is always http or https. */
  | { readonly kind: "image"; readonly href: string; readonly text: string }
  /** TeX; a block stands in a line of its own. */
  | { readonly kind: "math"; readonly text: string; readonly isBlock: boolean }
  | { readonly kind: "break" };

export interface ListItem {
  /** Null: not a task. */
  readonly checked: boolean | null;
  readonly children: readonly Block[];
}

export interface Cell {
  readonly align: "start" | "center" | "end";
  readonly children: readonly Inline[];
}

/** `raw` is the Markdown it came from: equal `raw`, equal picture. */
export type Block =
  | { readonly kind: "paragraph"; readonly raw: string; readonly children: readonly Inline[] }
  /** Inside a tight list item: no paragraph of its own. */
  | { readonly kind: "line"; readonly raw: string; readonly children: readonly Inline[] }
  /** An answer's headings stand below its own. */
  | {
    readonly kind: "heading";
    readonly raw: string;
    readonly level: 3 | 4 | 5 | 6;
    readonly children: readonly Inline[];
  }
  | { readonly kind: "code"; readonly raw: string; readonly language: string; readonly text: string }
  | { readonly kind: "math"; readonly raw: string; readonly text: string }
  | { readonly kind: "quote"; readonly raw: string; readonly children: readonly Block[] }
  | { readonly kind: "list"; readonly raw: string; readonly start: number | null; readonly items: readonly ListItem[] }
  | {
    readonly kind: "table";
    readonly raw: string;
    readonly head: readonly Cell[];
    readonly rows: readonly (readonly Cell[])[];
  }
  | { readonly kind: "rule"; readonly raw: string };

export type ParseMarkdown = (markdown: string) => readonly Block[];
