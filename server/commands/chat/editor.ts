/** The message being typed: text, cursor and the messages before it; every key gives a new state. */
import type { Key, KeyName } from "./keys.ts";
import { safeText } from "./safe_text.ts";
import { graphemes } from "./text_width.ts";

export interface Editor {
  readonly text: string;
  /** In UTF-16 units, always between two graphemes. */
  readonly cursor: number;
  /** What was sent before, oldest first. */
  readonly history: readonly string[];
  /** Which of the history is shown; its length: none, what is being typed. */
  readonly place: number;
  /** What was being typed when the history was entered. */
  readonly draft: string;
}

const HISTORY_LIMIT = 500;

export function emptyEditor(history: readonly string[] = []): Editor {
  const kept = history.slice(-HISTORY_LIMIT);
  return { text: "", cursor: 0, history: kept, place: kept.length, draft: "" };
}

/** The editor after sending what it holds; the same text twice in a row is kept once. */
export function sent(editor: Editor): Editor {
  const isRepeat = editor.text.trim() === "" || editor.history.at(-1) === editor.text;
  return emptyEditor(isRepeat ? editor.history : [...editor.history, editor.text]);
}

/** Whether Enter sends: a backslash at the end asks for another line instead. */
export function isComplete({ text, cursor }: Editor): boolean {
  return !text.slice(0, cursor).endsWith("\\");
}

/** Keys that mean nothing here leave it as it is; Enter with a backslash before it begins a new line. */
export function press(editor: Editor, key: Key): Editor {
  if (key.type === "text" || key.type === "paste") return insert(editor, safeText(key.text));
  if (key.type === "chord") return (key.ctrl ? CTRL : ALT)[key.letter]?.(editor) ?? editor;
  if ((key.ctrl || key.alt) && WORDWISE[key.name] !== undefined) return WORDWISE[key.name]?.(editor) ?? editor;
  return KEYS[key.name]?.(editor) ?? editor;
}

type Change = (editor: Editor) => Editor;

const toLineStart: Change = (editor) => ({ ...editor, cursor: lineStart(editor) });
const toLineEnd: Change = (editor) => ({ ...editor, cursor: lineEnd(editor) });
const toLeft: Change = (editor) => ({ ...editor, cursor: before(editor) });
const toRight: Change = (editor) => ({ ...editor, cursor: after(editor) });
const toWordLeft: Change = (editor) => ({ ...editor, cursor: wordBefore(editor) });
const toWordRight: Change = (editor) => ({ ...editor, cursor: wordAfter(editor) });
const removeBefore: Change = (editor) => remove(editor, before(editor), editor.cursor);
const removeAfter: Change = (editor) => remove(editor, editor.cursor, after(editor));
const removeWordBefore: Change = (editor) => remove(editor, wordBefore(editor), editor.cursor);
const removeWordAfter: Change = (editor) => remove(editor, editor.cursor, wordAfter(editor));

const KEYS: Partial<Record<KeyName, Change>> = {
  enter: (editor) => isComplete(editor) ? editor : insert(removeBefore(editor), "\n"),
  newline: (editor) => insert(editor, "\n"),
  tab: (editor) => insert(editor, "  "),
  backspace: removeBefore,
  delete: removeAfter,
  left: toLeft,
  right: toRight,
  home: toLineStart,
  end: toLineEnd,
  up: (editor) => lineStart(editor) === 0 ? recall(editor, editor.place - 1) : moveLine(editor, -1),
  down: (editor) => lineEnd(editor) === editor.text.length ? recall(editor, editor.place + 1) : moveLine(editor, 1),
};

/** With Ctrl or Alt. */
const WORDWISE: Partial<Record<KeyName, Change>> = {
  left: toWordLeft,
  right: toWordRight,
  backspace: removeWordBefore,
  delete: removeWordAfter,
};

/** As in readline and Emacs. */
const CTRL: Readonly<Record<string, Change>> = {
  a: toLineStart,
  b: toLeft,
  d: removeAfter,
  e: toLineEnd,
  f: toRight,
  k: (editor) => remove(editor, editor.cursor, lineEnd(editor) === editor.cursor ? after(editor) : lineEnd(editor)),
  n: (editor) => recall(editor, editor.place + 1),
  p: (editor) => recall(editor, editor.place - 1),
  u: (editor) => remove(editor, lineStart(editor), editor.cursor),
  w: removeWordBefore,
};

const ALT: Readonly<Record<string, Change>> = { b: toWordLeft, d: removeWordAfter, f: toWordRight };

function insert(editor: Editor, text: string): Editor {
  const { cursor } = editor;
  return {
    ...editor,
    text: editor.text.slice(0, cursor) + text + editor.text.slice(cursor),
    cursor: cursor + text.length,
  };
}

function remove(editor: Editor, from: number, to: number): Editor {
  return { ...editor, text: editor.text.slice(0, from) + editor.text.slice(to), cursor: from };
}

/** Beyond the oldest nothing happens; beyond the newest is what was being typed. */
function recall(editor: Editor, place: number): Editor {
  if (place < 0 || place > editor.history.length) return editor;
  const draft = editor.place === editor.history.length ? editor.text : editor.draft;
  const text = editor.history[place] ?? draft;
  return { ...editor, text, cursor: text.length, place, draft };
}

/** To the line above or below, as many graphemes from its start. */
function moveLine(editor: Editor, by: -1 | 1): Editor {
  const column = graphemes(editor.text.slice(lineStart(editor), editor.cursor)).length;
  const start = by === 1 ? lineEnd(editor) + 1 : lineStart({ ...editor, cursor: lineStart(editor) - 1 });
  const line = graphemes(editor.text.slice(start).split("\n", 1)[0] ?? "");
  return { ...editor, cursor: start + line.slice(0, column).join("").length };
}

function lineStart({ text, cursor }: Editor): number {
  return cursor === 0 ? 0 : text.lastIndexOf("\n", cursor - 1) + 1;
}

function lineEnd({ text, cursor }: Editor): number {
  const end = text.indexOf("\n", cursor);
  return end === -1 ? text.length : end;
}

function before({ text, cursor }: Editor): number {
  return cursor - (graphemes(text.slice(0, cursor)).at(-1)?.length ?? 0);
}

function after({ text, cursor }: Editor): number {
  return cursor + (graphemes(text.slice(cursor))[0]?.length ?? 0);
}

function wordBefore({ text, cursor }: Editor): number {
  return cursor -
    (/(?:[\p{L}\p{M}\p{N}_]+[^\p{L}\p{M}\p{N}_]*|^[^\p{L}\p{M}\p{N}_]+)$/u.exec(text.slice(0, cursor))?.[0].length ??
      0);
}

function wordAfter({ text, cursor }: Editor): number {
  return cursor + (/^[^\p{L}\p{M}\p{N}_]*[\p{L}\p{M}\p{N}_]*/u.exec(text.slice(cursor))?.[0].length ?? 0);
}
