/** Text with styles, broken into rows that fit a terminal. */
import { graphemes, graphemeWidth } from "./text_width.ts";

/** ECMA-48 "select graphic rendition" numbers, joined by semicolons; "" is plain. */
export type Style = string;

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** What one row of the screen shows. */
export interface Row {
  /** With its styles switched on and off again. */
  readonly text: string;
  /** Fills the row and goes on in the next one without a line break, so that it is copied in one piece. */
  readonly goesOn: boolean;
}

export const styles = {
  bold: "1",
  dim: "2",
  italic: "3",
  underline: "4",
  struck: "9",
  code: "36",
} as const;

/** Adds a style to those that a span has. */
export function withStyle(spans: readonly Span[], style: Style): Span[] {
  return spans.map((span) => ({ ...span, style: span.style === "" ? style : `${span.style};${style}` }));
}

export interface WrapOptions {
  readonly width: number;
  /** Begins the first row. */
  readonly first?: readonly Span[];
  /** Begins every other row; as wide as `first`. */
  readonly others?: readonly Span[];
  readonly hasStyles: boolean;
}

/** Breaks at blanks, after wide characters, and where nothing else is left anywhere; newlines break always. */
export function wrap(spans: readonly Span[], options: WrapOptions): Row[] {
  const { width, first = [], others = [], hasStyles } = options;
  const lead = first.reduce((sum, { text }) => sum + cells([{ text, style: "" }]).length, 0);
  const lines = splitLines(cells(spans)).flatMap((line) => breakLine(line, Math.max(1, width - lead)));
  return lines.map((line, index) => ({
    text: join([...cells(index === 0 ? first : others), ...line], hasStyles),
    goesOn: false,
  }));
}

/** Breaks only where the terminal itself would: for code, whose lines stay whole when copied. */
export function fill(spans: readonly Span[], { width, hasStyles }: { width: number; hasStyles: boolean }): Row[] {
  return splitLines(cells(spans)).flatMap((line) => {
    const parts: Cell[][] = [[]];
    let used = 0;
    for (const cell of line) {
      if (used + cell.width > width) {
        parts.push([]);
        used = 0;
      }
      parts.at(-1)?.push(cell);
      used += cell.width;
    }
    return parts.map((part, index) => ({ text: join(part, hasStyles), goesOn: index < parts.length - 1 }));
  });
}

/** One span as it is written to the terminal. */
export function paintSpan({ text, style }: Span, hasStyles: boolean): string {
  return hasStyles && style !== "" && text !== "" ? `\x1b[${style}m${text}\x1b[0m` : text;
}

interface Cell {
  readonly text: string;
  readonly style: Style;
  readonly width: number;
}

function cells(spans: readonly Span[]): Cell[] {
  return spans.flatMap(({ text, style }) =>
    graphemes(text.replaceAll("\t", "    ")).map((grapheme) => ({
      text: grapheme,
      style,
      width: graphemeWidth(grapheme),
    }))
  );
}

function splitLines(line: readonly Cell[]): Cell[][] {
  const lines: Cell[][] = [[]];
  for (const cell of line) {
    if (cell.text === "\n") lines.push([]);
    else lines.at(-1)?.push(cell);
  }
  return lines;
}

function breakLine(line: readonly Cell[], width: number): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let used = 0;
  for (const cell of line) {
    if (used + cell.width > width && cell.text !== " ") {
      const at = breakPoint(row);
      const rest = row.slice(at);
      rows.push(trimEnd(row.slice(0, at)));
      row = rest;
      used = row.reduce((sum, { width }) => sum + width, 0);
    }
    row.push(cell);
    used += cell.width;
  }
  rows.push(trimEnd(row));
  return rows;
}

/** After the last blank or wide character; the whole row when it has none, or would be left empty. */
function breakPoint(row: readonly Cell[]): number {
  const at = row.findLastIndex((cell) => cell.text === " " || cell.width === 2) + 1;
  return at === 0 || row.slice(0, at).every((cell) => cell.text === " ") ? row.length : at;
}

function trimEnd(row: readonly Cell[]): Cell[] {
  return row.slice(0, row.findLastIndex((cell) => cell.text !== " ") + 1);
}

function join(line: readonly Cell[], hasStyles: boolean): string {
  let text = "";
  let run: Span = { text: "", style: "" };
  for (const cell of line) {
    if (cell.style === run.style) run = { ...run, text: run.text + cell.text };
    else {
      text += paintSpan(run, hasStyles);
      run = cell;
    }
  }
  return text + paintSpan(run, hasStyles);
}
