/** A small terminal: takes what is written to it and tells what a person would see. For tests. */
import { graphemes, graphemeWidth } from "../../../../server/commands/chat/text_width.ts";

export interface TerminalPicture {
  write(text: string): void;
  /** Every row, those that have left the screen at its top included, without blanks at the end. */
  lines(): string[];
  readonly cursor: { readonly row: number; readonly column: number };
}

/** Knows what our screen uses: printing with the wrap put off, CR, LF, cursor moves, clearing, and styles. */
export function terminalPicture({ columns, rows }: { columns: number; rows: number }): TerminalPicture {
  let picture: string[][] = [[]];
  /** The first row of `picture` that is on the screen. */
  let top = 0;
  let row = 0;
  let column = 0;

  function lineFeed(): void {
    if (row - top === rows - 1) top++;
    row++;
    while (picture.length <= row) picture.push([]);
  }

  function print(grapheme: string): void {
    const width = graphemeWidth(grapheme);
    if (column + width > columns) {
      column = 0;
      lineFeed();
    }
    const line = picture[row] ?? [];
    while (line.length < column) line.push(" ");
    line[column] = grapheme;
    if (width === 2) line[column + 1] = "";
    column += width;
  }

  function control(sequence: string, final: string): void {
    const count = Number(sequence) || 1;
    const last = Math.min(column, columns - 1);
    if (final === "A") row = Math.max(top, row - count);
    else if (final === "B") row = Math.min(top + rows - 1, row + count);
    else if (final === "C") column = Math.min(columns - 1, last + count);
    else if (final === "H") [row, column] = [top, 0];
    else if (final === "J") {
      if (sequence === "2") picture = picture.slice(0, top);
      else picture = [...picture.slice(0, row), (picture[row] ?? []).slice(0, column)];
    } else if (!["m", "h", "l"].includes(final)) throw new Error(`the picture knows no "${final}"`);
    while (picture.length <= row) picture.push([]);
  }

  return {
    write(text) {
      // deno-lint-ignore no-control-regex
      for (const part of text.match(/\x1b\[[?\d;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+/g) ?? []) {
        if (part === "\r") column = 0;
        else if (part === "\n") lineFeed();
        else if (part.startsWith("\x1b")) control(part.slice(2, -1), part.at(-1) ?? "");
        else for (const grapheme of graphemes(part)) print(grapheme);
      }
    },
    lines: () => picture.map((line) => line.join("").trimEnd()),
    get cursor() {
      return { row, column };
    },
  };
}
