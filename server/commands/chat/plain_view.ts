/** Shows a sitting as text that only ever grows: for screen readers, files and pipes. */
import { openSafeText, type SafeText } from "./safe_text.ts";
import type { View } from "./session.ts";

export interface PlainOptions {
  /** The answer. */
  readonly write: (text: string) => void;
  /** Everything beside it. */
  readonly writeNote: (text: string) => void;
  /** Whether somebody reads along, who is told when the model thinks before it answers. */
  readonly isWatched: boolean;
  /** False where a program reads: it gets every character as it came. */
  readonly isTerminal: boolean;
}

export function plainView({ write, writeNote, isWatched, isTerminal }: PlainOptions): View {
  let safe: SafeText = openSafeText();
  let lastCharacter = "\n";
  let isThinking = false;
  return {
    say: (lines) => writeNote(`${lines}\n`),
    // The terminal has shown it while it was typed.
    heard: () => {},
    begin() {
      safe = openSafeText();
      lastCharacter = "\n";
      isThinking = false;
    },
    text(piece) {
      const shown = isTerminal ? safe.push(piece) : piece;
      write(shown);
      lastCharacter = shown.at(-1) ?? lastCharacter;
    },
    reasoning() {
      if (!isThinking && isWatched) writeNote("(thinking)\n");
      isThinking = true;
    },
    end(footer) {
      if (lastCharacter !== "\n") write("\n");
      if (footer !== null && footer !== "") writeNote(`${isWatched ? `(${footer})` : footer}\n`);
      if (isWatched) writeNote("\n");
    },
  };
}
