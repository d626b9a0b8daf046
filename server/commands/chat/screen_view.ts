/** Shows a sitting on a terminal that can be redrawn: the answer as it grows, the message being typed below it. */
import type { Editor } from "./editor.ts";
import { drawEditor } from "./editor_rows.ts";
import { openSafeText } from "./safe_text.ts";
import { openScreen, type Size } from "./screen.ts";
import type { View } from "./session.ts";
import { streamMarkdown } from "./stream_markdown.ts";
import { type Row, styles, wrap } from "./styled_rows.ts";

export interface Terminal {
  write(text: string): void;
  size(): Size;
}

export interface ScreenView extends View {
  /** Shows this editor, and below it a hint for as long as nothing else is said. */
  edit(editor: Editor, hint: string | null): void;
  clear(): void;
  /** Leaves what is shown standing, without the message being typed, and the cursor on an empty row below it. */
  leave(): void;
}

/** Pieces of an answer come faster than eyes are. */
const FRAME_MS = 33;

/** `editor` null: nothing is typed here, one answer is shown. */
export function screenView(
  terminal: Terminal,
  { editor: first, hasStyles }: { editor: Editor | null; hasStyles: boolean },
): ScreenView {
  const screen = openScreen();
  const markdown = streamMarkdown();
  let safe = openSafeText();
  let editor = first;
  let hint: string | null = null;
  let isAnswering = false;
  let hasText = false;
  let thinking = 0;
  let settled: Row[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const drawing = () => ({ width: terminal.size().columns, hasStyles });
  const note = (text: string, style: string) => wrap([{ text, style }], drawing());

  function paint(isLeaving = false): void {
    clearTimeout(timer);
    timer = undefined;
    const size = terminal.size();
    settled.push(...markdown.settled(drawing()));
    const growing = isAnswering ? [...markdown.growing(drawing()), ...waitingRows()] : [];
    const { rows, cursor } = isLeaving || editor === null
      ? { rows: [{ text: "", goesOn: false }], cursor: { row: 0, column: 0 } }
      : drawEditor(editor, { width: size.columns, maxRows: Math.max(1, size.rows - 2), hasStyles });
    const live = [...growing, ...rows, ...(hint === null ? [] : note(hint, styles.dim))];
    const frame = { settled, live, cursor: { row: growing.length + cursor.row, column: cursor.column } };
    terminal.write(screen.paint(frame, size));
    settled = [];
  }

  /** What stands between the answer and the editor. */
  function waitingRows(): Row[] {
    const text = hasText ? "" : thinking > 0 ? `thinking … (${thinking.toLocaleString("en")} characters)` : "…";
    return [...note(text, styles.dim), ...(hasText ? [] : [{ text: "", goesOn: false }])];
  }

  function paintSoon(): void {
    timer ??= setTimeout(paint, FRAME_MS);
  }

  return {
    say(lines) {
      settled.push(...wrap([{ text: lines, style: "" }], drawing()), { text: "", goesOn: false });
      paint();
    },
    heard(line) {
      const prompt = [{ text: "› ", style: styles.bold }];
      const indent = [{ text: "  ", style: "" }];
      const shown = openSafeText().push(line);
      settled.push(...wrap([{ text: shown, style: styles.bold }], { ...drawing(), first: prompt, others: indent }));
      settled.push({ text: "", goesOn: false });
      paint();
    },
    begin() {
      safe = openSafeText();
      [isAnswering, hasText, thinking] = [true, false, 0];
      paint();
    },
    text(piece) {
      hasText = true;
      markdown.push(safe.push(piece));
      paintSoon();
    },
    reasoning(piece) {
      thinking += piece.length;
      paintSoon();
    },
    end(footer) {
      isAnswering = false;
      settled.push(...markdown.settled(drawing()), ...markdown.end(drawing()));
      if (footer !== null && footer !== "") settled.push(...note(footer, styles.dim));
      settled.push({ text: "", goesOn: false });
      paint();
    },
    edit(changed, about) {
      editor = changed;
      hint = about;
      paint();
    },
    clear() {
      terminal.write(screen.clear());
      paint();
    },
    leave() {
      hint = null;
      paint(true);
    },
  };
}
