/** Draws Markdown as rows of a terminal. */
import type { Token, Tokens } from "marked";
import { fill, type Row, type Span, type Style, styles, withStyle, wrap } from "./styled_rows.ts";
import { textWidth } from "./text_width.ts";

export interface DrawOptions {
  /** Columns. */
  readonly width: number;
  readonly hasStyles: boolean;
}

/** The rows of one block, as `marked` found it; none for what shows nothing, such as blank lines. */
export function drawBlock(token: Token, options: DrawOptions): Row[] {
  const block = token as Tokens.Generic & { type: string };
  switch (block.type) {
    case "space":
    case "def":
    case "checkbox":
      return [];
    case "heading":
      return wrap(withStyle(inline(block.tokens), styles.bold), options);
    case "hr":
      return wrap([{ text: "─".repeat(Math.min(40, options.width)), style: styles.dim }], options);
    case "code":
      return fill([plain(`${indentLines(block.text, "  ")}`)], options);
    case "blockquote":
      return prefixed(drawBlocks(block.tokens ?? [], narrower(options, 2)), "│ ", options);
    case "list":
      return drawList(block as Tokens.List, options);
    case "table":
      return drawTable(block as Tokens.Table, options);
    default:
      return wrap(block.tokens === undefined ? [plain(block.raw.trimEnd())] : inline(block.tokens), options);
  }
}

/** Blocks with one empty row between them. */
export function drawBlocks(tokens: readonly Token[], options: DrawOptions): Row[] {
  const drawn = tokens.map((token) => drawBlock(token, options)).filter((rows) => rows.length > 0);
  return drawn.flatMap((rows, index) => index === 0 ? rows : [emptyRow, ...rows]);
}

export const emptyRow: Row = { text: "", goesOn: false };

function drawList(list: Tokens.List, options: DrawOptions): Row[] {
  return list.items.flatMap((item, index) => {
    const marker = item.task
      ? item.checked ? "☑ " : "☐ "
      : list.ordered
      ? `${Number(list.start || 1) + index}. `
      : "• ";
    const inner = narrower(options, marker.length);
    const parts = item.tokens.map((token) => drawBlock(token, inner)).filter((rows) => rows.length > 0);
    const rows = parts.flatMap((part, at) => at > 0 && list.loose ? [emptyRow, ...part] : part);
    const marked = (rows.length === 0 ? [emptyRow] : rows).map((row, at) => ({
      ...row,
      text: `${at === 0 ? marker : " ".repeat(marker.length)}${row.text}`,
    }));
    return index > 0 && list.loose ? [emptyRow, ...marked] : marked;
  });
}

/** In columns where they fit; else each row as a list of "heading: value". */
function drawTable(table: Tokens.Table, options: DrawOptions): Row[] {
  const rows = [table.header, ...table.rows].map((row) => row.map((cell) => inline(cell.tokens)));
  const widths = table.header.map((_, column) => Math.max(...rows.map((row) => spansWidth(row[column] ?? []))));
  if (widths.reduce((sum, width) => sum + width + 2, -2) > options.width) return drawRecords(rows, options);
  const [header = [], ...others] = rows.map((row) =>
    widths.flatMap((width, column) => {
      const cell = row[column] ?? [];
      const space = width - spansWidth(cell);
      const before = table.align[column] === "right" ? space : table.align[column] === "center" ? space >> 1 : 0;
      const isLast = column === widths.length - 1;
      return [plain(" ".repeat(before)), ...cell, plain(isLast ? "" : " ".repeat(space - before + 2))];
    })
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [withStyle(header, styles.bold), [{ text: rule, style: styles.dim }], ...others]
    .flatMap((spans) => wrap(spans, options));
}

function drawRecords([header = [], ...rows]: Span[][][], options: DrawOptions): Row[] {
  return rows.flatMap((row, index) => {
    const lines = row.flatMap((cell, column) =>
      wrap([...withStyle(header[column] ?? [], styles.bold), plain(": "), ...cell], options)
    );
    return index > 0 ? [emptyRow, ...lines] : lines;
  });
}

function inline(tokens: readonly Token[] | undefined): Span[] {
  return (tokens ?? []).flatMap((token) => {
    const part = token as Tokens.Generic & { type: string };
    const inside = () => part.tokens === undefined ? [plain(part.text ?? part.raw)] : inline(part.tokens);
    switch (part.type) {
      case "strong":
        return withStyle(inside(), styles.bold);
      case "em":
        return withStyle(inside(), styles.italic);
      case "del":
        return withStyle(inside(), styles.struck);
      case "codespan":
        return [{ text: part.text, style: styles.code }];
      case "br":
        return [plain("\n")];
      case "link":
        return withAddress(withStyle(inside(), styles.underline), part.href);
      case "image":
        return withAddress([plain(part.text || "image")], part.href);
      default:
        return inside();
    }
  });
}

/** The address is shown, because a terminal hides nothing behind a word; not twice when it is the word. */
function withAddress(spans: Span[], address: string): Span[] {
  const text = spans.map((span) => span.text).join("");
  return text === address || `mailto:${text}` === address
    ? spans
    : [...spans, { text: ` (${address})`, style: styles.dim }];
}

function prefixed(rows: readonly Row[], prefix: string, { hasStyles }: DrawOptions): Row[] {
  const [mark = emptyRow] = wrap([{ text: prefix, style: styles.dim }], { width: 10, hasStyles });
  // Wrapping takes blanks off the end.
  return rows.map((row) => ({ ...row, text: `${mark.text} ${row.text}` }));
}

function narrower(options: DrawOptions, columns: number): DrawOptions {
  return { ...options, width: Math.max(10, options.width - columns) };
}

function indentLines(text: string, indent: string): string {
  return text.split("\n").map((line) => indent + line).join("\n");
}

function plain(text: string, style: Style = ""): Span {
  return { text, style };
}

function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + textWidth(text), 0);
}
