/** Turns what a terminal sends into keys. */

export type Key =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "paste"; readonly text: string }
  | { readonly type: "key"; readonly name: KeyName; readonly ctrl: boolean; readonly alt: boolean }
  /** A letter with Ctrl ("c") or Alt ("b"). */
  | { readonly type: "chord"; readonly letter: string; readonly ctrl: boolean };

export type KeyName =
  | "enter"
  /** Enter with Alt, Shift or Ctrl: a new line in the same message. */
  | "newline"
  | "tab"
  | "backspace"
  | "delete"
  | "escape"
  | "up"
  | "down"
  | "left"
  | "right"
  | "home"
  | "end";

export interface KeyDecoder {
  /** The keys that are complete; the rest waits for the next piece. */
  push(piece: string): Key[];
  /** True when a lone Escape waits: it is the key itself when nothing follows soon. */
  readonly isWaiting: boolean;
  /** Takes the lone Escape that waits as the key itself. */
  flush(): Key[];
}

/** More pasted text than this is cut: the server would refuse it anyway. */
const PASTE_LIMIT = 1_000_000;

const PASTE_BEGIN = "\x1b[200~";
const PASTE_END = "\x1b[201~";

export function openKeyDecoder(): KeyDecoder {
  let rest = "";
  let pasted: string | undefined;

  function push(piece: string): Key[] {
    rest += piece;
    const keys: Key[] = [];
    while (rest !== "") {
      if (pasted !== undefined) {
        if (!takePasted(keys)) break;
        continue;
      }
      if (rest.startsWith(PASTE_BEGIN)) {
        rest = rest.slice(PASTE_BEGIN.length);
        pasted = "";
        continue;
      }
      const [key, length] = decodeFirst(rest);
      if (length === 0) break;
      rest = rest.slice(length);
      if (key !== undefined) keys.push(key);
    }
    return joinText(keys);
  }

  /** False when the end of the paste has not come yet. */
  function takePasted(keys: Key[]): boolean {
    const end = rest.indexOf(PASTE_END);
    // The end mark itself may be torn.
    const until = end === -1 ? Math.max(0, rest.length - PASTE_END.length + 1) : end;
    pasted = ((pasted ?? "") + rest.slice(0, until)).slice(0, PASTE_LIMIT);
    rest = rest.slice(end === -1 ? until : end + PASTE_END.length);
    if (end === -1) return false;
    keys.push({ type: "paste", text: pasted.replace(/\r\n?/g, "\n") });
    pasted = undefined;
    return true;
  }

  return {
    push,
    get isWaiting() {
      return rest === "\x1b" && pasted === undefined;
    },
    flush() {
      if (rest !== "\x1b") return [];
      rest = "";
      return [named("escape")];
    },
  };
}

/** The first key and how many UTF-16 units it takes; 0: it is not complete. Unknown sequences are passed over. */
function decodeFirst(text: string): [Key | undefined, number] {
  const [first = ""] = text;
  if (first === "\x1b") return decodeEscape(text);
  const name = CONTROLS[first];
  if (name !== undefined) return [named(name), 1];
  if (first < " ") return [{ type: "chord", letter: String.fromCharCode(first.charCodeAt(0) + 96), ctrl: true }, 1];
  return [{ type: "text", text: first }, first.length];
}

function decodeEscape(text: string): [Key | undefined, number] {
  if (text.length === 1) return [undefined, 0];
  if (text[1] === "[" || text[1] === "O") {
    const end = [...text].findIndex((character, index) => index > 1 && character >= "@" && character <= "~");
    return end === -1 ? [undefined, text.length > 32 ? 1 : 0] : [decodeSequence(text.slice(2, end + 1)), end + 1];
  }
  if (text[1] === "\r" || text[1] === "\n") return [named("newline"), 2];
  if (text[1] === "\x7f") return [{ type: "key", name: "backspace", ctrl: false, alt: true }, 2];
  if (text[1] === "\x1b") return [named("escape"), 1];
  const letter = text[1] ?? "";
  return [{ type: "chord", letter: letter.toLowerCase(), ctrl: false }, 2];
}

/** What follows `ESC [` or `ESC O`; modifiers as xterm counts them: 1 + shift 1 + alt 2 + ctrl 4. */
function decodeSequence(sequence: string): Key | undefined {
  const final = sequence.at(-1) ?? "";
  const [first = 1, second = 1, third = 1] = sequence.slice(0, -1).split(";").map((part) => Number(part) || 1);
  const isEnter = (final === "u" && first === 13) || (final === "~" && first === 27 && third === 13);
  if (isEnter) return named(second > 1 ? "newline" : "enter");
  // xterm's modifyOtherKeys and kitty's protocol: letters with Ctrl.
  if (final === "u" && second === 5 && first >= 97 && first <= 122) {
    return { type: "chord", letter: String.fromCharCode(first), ctrl: true };
  }
  const name = final === "~" ? TILDE_KEYS[first] : LETTER_KEYS[final];
  const modifiers = second - 1;
  return name && { type: "key", name, ctrl: (modifiers & 4) !== 0, alt: (modifiers & 2) !== 0 };
}

/** Terminals send Enter as CR; a lone LF is Ctrl-J. */
const CONTROLS: Readonly<Record<string, KeyName>> = {
  "\r": "enter",
  "\n": "newline",
  "\t": "tab",
  "\x7f": "backspace",
  "\b": "backspace",
};

const LETTER_KEYS: Readonly<Record<string, KeyName>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  F: "end",
  H: "home",
  M: "enter",
};

const TILDE_KEYS: Readonly<Record<number, KeyName>> = { 1: "home", 3: "delete", 4: "end", 7: "home", 8: "end" };

function named(name: KeyName): Key {
  return { type: "key", name, ctrl: false, alt: false };
}

/** What is typed in one go, such as a word from an input method, is one text. */
function joinText(keys: readonly Key[]): Key[] {
  const joined: Key[] = [];
  for (const key of keys) {
    const last = joined.at(-1);
    if (key.type === "text" && last?.type === "text") {
      joined[joined.length - 1] = { type: "text", text: last.text + key.text };
    } else joined.push(key);
  }
  return joined;
}
