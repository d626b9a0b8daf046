/** Takes everything out of foreign text by which it could steer a terminal. */

export interface SafeText {
  /** What of this piece, and of what began before it, may be shown. */
  push(piece: string): string;
}

/** So long a command string is believed: one that never ends must not swallow the answer. */
const STRING_LIMIT = 256;

/**
 * A filter for text that comes in pieces, cut anywhere: escape sequences (ECMA-48) go as a whole, then every control
 * character but newline and tab, and the characters that reverse the direction of what follows.
 */
export function openSafeText(): SafeText {
  let state: "text" | "escape" | "control sequence" | "command string" = "text";
  let stringLength = 0;

  /** What is shown for one UTF-16 unit. */
  function take(unit: string): string {
    const code = unit.charCodeAt(0);
    if (state === "escape") {
      if (code >= 0x20 && code <= 0x2f) return "";
      state = unit === "[" ? "control sequence" : "]PX^_".includes(unit) ? "command string" : "text";
      stringLength = 0;
      if (code >= 0x30 && code <= 0x7e) return "";
    } else if (state === "control sequence") {
      if (code >= 0x20 && code <= 0x3f) return "";
      state = "text";
      if (code >= 0x40 && code <= 0x7e) return "";
    } else if (state === "command string") {
      if (code === BELL || code === STRING_END) state = "text";
      else if (code !== ESCAPE && unit !== "\n" && ++stringLength <= STRING_LIMIT) return "";
      else state = "text";
    }
    if (code === ESCAPE) state = "escape";
    else if (code === CSI) state = "control sequence";
    else if (COMMAND_STRINGS.includes(code)) {
      state = "command string";
      stringLength = 0;
    }
    return isShown(unit, code) ? unit : "";
  }

  return { push: (piece) => piece.split("").map(take).join("") };
}

/** The same for text that is whole. */
export function safeText(text: string): string {
  return openSafeText().push(text);
}

/** For foreign words in a line of ours: newlines and tabs become blanks. */
export function safeLine(text: string): string {
  return safeText(text).replace(/[\n\t]+/g, " ");
}

const BELL = 0x07;
const ESCAPE = 0x1b;
const CSI = 0x9b;
const STRING_END = 0x9c;
/** DCS, SOS, OSC, PM and APC as single characters. */
const COMMAND_STRINGS = [0x90, 0x98, 0x9d, 0x9e, 0x9f];

function isShown(unit: string, code: number): boolean {
  const isControl = code < 0x20 || (code >= 0x7f && code <= 0x9f);
  const isDirection = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
  return unit === "\n" || unit === "\t" || !(isControl || isDirection);
}
