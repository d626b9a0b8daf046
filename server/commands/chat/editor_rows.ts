/** Draws the message being typed. */
import type { Editor } from "./editor.ts";
import { paintSpan, type Row, styles } from "./styled_rows.ts";
import { graphemes, graphemeWidth } from "./text_width.ts";

export interface DrawnEditor {
  readonly rows: readonly Row[];
  readonly cursor: { readonly row: number; readonly column: number };
}

const PROMPT = "› ";
const INDENT = "  ";

/** A long message shows the rows around the cursor, at most `maxRows` of them. */
export function drawEditor(
  editor: Editor,
  { width, maxRows, hasStyles }: { width: number; maxRows: number; hasStyles: boolean },
): DrawnEditor {
  // One column stays free, for a cursor behind the last character.
  const room = Math.max(2, width - PROMPT.length - 1);
  const lines = [""];
  let column = 0;
  let at = 0;
  let cursor = { row: 0, column: 0 };
  for (const grapheme of [...graphemes(editor.text), ""]) {
    const cells = graphemeWidth(grapheme);
    if (grapheme !== "\n" && column + cells > room) {
      lines.push("");
      column = 0;
    }
    if (at === editor.cursor) cursor = { row: lines.length - 1, column };
    if (grapheme === "\n") {
      lines.push("");
      column = 0;
    } else {
      lines[lines.length - 1] += grapheme;
      column += cells;
    }
    at += grapheme.length;
  }
  const top = Math.max(0, Math.min(cursor.row - maxRows + 1, lines.length - maxRows));
  const prompt = paintSpan({ text: PROMPT, style: styles.bold }, hasStyles);
  const rows = lines.map((line, index) => ({ text: (index === 0 ? prompt : INDENT) + line, goesOn: false }));
  return {
    rows: rows.slice(top, top + maxRows),
    cursor: { row: cursor.row - top, column: cursor.column + PROMPT.length },
  };
}
