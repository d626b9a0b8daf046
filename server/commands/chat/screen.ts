/** Keeps the last rows of a terminal up to date by rewriting only what has changed. */
import type { Row } from "./styled_rows.ts";

export interface Frame {
  /** Rows that will not change again; they move up into the terminal's own history. */
  readonly settled: readonly Row[];
  /** Rows below them that the next frame may change; at least one. */
  readonly live: readonly Row[];
  /** Where the cursor stands, in `live`. */
  readonly cursor: { readonly row: number; readonly column: number };
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Screen {
  /** What must be written to the terminal to show this frame in place of the last one. */
  paint(frame: Frame, size: Size): string;
  /** What empties the terminal, for the next frame to begin at its top. */
  clear(): string;
}

/** The cursor must be in the first column of an empty row when the first frame is painted. */
export function openScreen(): Screen {
  let live: readonly Row[] = [];
  let cursorRow = 0;
  let columns = 0;

  /** A terminal that became narrower breaks our rows anew, and the cursor is further down than we left it. */
  function rowsBelowTop(size: Size): number {
    if (columns <= size.columns) return cursorRow;
    return live.slice(0, cursorRow).reduce(
      (sum, row) => sum + Math.max(1, Math.ceil(shownLength(row) / size.columns)),
      0,
    );
  }

  return {
    paint(frame, size) {
      const rows = [...frame.settled, ...frame.live];
      const isSameWidth = columns === size.columns;
      // A row that has left the screen at its top cannot be reached any more.
      const reachable = Math.max(0, live.length - size.rows);
      const same = isSameWidth ? countSame(live, rows) : 0;
      const from = Math.min(Math.max(same, reachable), Math.max(0, live.length - 1), rows.length - 1);
      const up = isSameWidth ? cursorRow - from : Math.min(rowsBelowTop(size), size.rows - 1);
      let output = `${HIDE_CURSOR}${move(-up)}\r${CLEAR_BELOW}`;
      rows.slice(isSameWidth ? from : 0).forEach((row, index, shown) => {
        output += row.text + (index === shown.length - 1 || row.goesOn ? "" : "\r\n");
      });
      live = frame.live;
      cursorRow = frame.cursor.row;
      columns = size.columns;
      output += `${move(cursorRow - (live.length - 1))}\r`;
      if (frame.cursor.column > 0) output += `\x1b[${frame.cursor.column}C`;
      return `${BEGIN}${output}${SHOW_CURSOR}${END}`;
    },
    clear() {
      live = [];
      cursorRow = 0;
      return "\x1b[H\x1b[2J";
    },
  };
}

/** "Synchronized output": terminals that know it show the frame at once, the others ignore it. */
const BEGIN = "\x1b[?2026h";
const END = "\x1b[?2026l";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_BELOW = "\x1b[J";

/** Down for a positive number. */
function move(rows: number): string {
  return rows === 0 ? "" : rows < 0 ? `\x1b[${-rows}A` : `\x1b[${rows}B`;
}

function countSame(before: readonly Row[], after: readonly Row[]): number {
  const at = before.findIndex((row, index) => row.text !== after[index]?.text || row.goesOn !== after[index]?.goesOn);
  return at === -1 ? before.length : at;
}

function shownLength(row: Row): number {
  // deno-lint-ignore no-control-regex
  return row.text.replace(/\x1b\[[\d;]*m/g, "").length;
}
