/** Takes everything out of foreign text by which it could steer a terminal. */

/** So long an unfinished sequence is waited for; what is longer is no sequence of a terminal's. */
const HELD_CHARS = 256;

/**
 * A filter for text that comes in pieces, cut anywhere: escape sequences go as a whole, then every control character
 * but newline and tab, and the characters that reverse the direction of what follows. `end` gives what was held back.
 */
export function openSafeText(): { push(piece: string): string; end(): string } {
  let held = "";
  return {
    push(piece) {
      const text = held + piece;
      const cut = startOfUnfinished(text);
      held = text.slice(cut);
      return safeText(text.slice(0, cut));
    },
    end() {
      const rest = safeText(held);
      held = "";
      return rest;
    },
  };
}

/** The same for text that is whole. */
export function safeText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(SEQUENCES, "").replace(CONTROLS, "");
}

/** For one line of ours with foreign words in it: newlines and tabs become blanks. */
export function safeLine(text: string): string {
  return safeText(text).replace(/[\n\t]+/g, " ");
}

/** ECMA-48: CSI; OSC, DCS, SOS, PM and APC with their end; and two-character escapes. */
// deno-lint-ignore no-control-regex
const SEQUENCES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)|\x1b[ -/]*[0-Z\\^-~]/g;

const CONTROLS = /[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu;

/** Where a sequence begins that may go on in the next piece; the length when there is none. */
function startOfUnfinished(text: string): number {
  if (text.endsWith("\r")) return text.length - 1;
  // deno-lint-ignore no-control-regex
  const open =
    /(?:\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b\x9c\n]*\x1b?|[ -/]*)|\x9b[0-?]*[ -/]*|[\x9d\x90\x98\x9e\x9f][^\x07\x1b\x9c\n]*\x1b?)$/
      .exec(text);
  return open !== null && text.length - open.index <= HELD_CHARS ? open.index : text.length;
}
