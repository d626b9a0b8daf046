/** Thoughts that a local model writes into its text, between `<think>` and `</think>` at the start. */

export interface Thought {
  readonly type: "text" | "reasoning";
  readonly text: string;
}

const opening = "<think>";
const closing = "</think>";

/** Sorts a text that comes in pieces; `end` gives back what was held because it could have become a tag. */
export function openThoughts(): { push(text: string): Thought[]; end(): Thought[] } {
  let state: "start" | "thinking" | "after" | "text" = "start";
  let held = "";

  function push(text: string): Thought[] {
    if (state === "text") return text === "" ? [] : [{ type: "text", text }];
    held += text;
    const found: Thought[] = [];
    if (state === "start") {
      const begun = held.trimStart();
      if (begun.startsWith(opening)) {
        state = "thinking";
        held = begun.slice(opening.length);
      } else if (!opening.startsWith(begun)) {
        state = "text";
        return [{ type: "text", text: take() }];
      }
    }
    if (state === "thinking") {
      const end = held.indexOf(closing);
      const known = end >= 0 ? end : held.length - heldBack(held);
      if (known > 0) found.push({ type: "reasoning", text: held.slice(0, known) });
      held = held.slice(end >= 0 ? end + closing.length : known);
      if (end >= 0) state = "after";
    }
    if (state === "after") {
      held = held.trimStart();
      if (held !== "") {
        state = "text";
        found.push({ type: "text", text: take() });
      }
    }
    return found;
  }

  function take(): string {
    const text = held;
    held = "";
    return text;
  }

  return {
    push,
    end() {
      const text = take();
      return text === "" ? [] : [{ type: state === "thinking" ? "reasoning" : "text", text }];
    },
  };
}

/** How many characters at the end could be the beginning of the closing tag. */
function heldBack(text: string): number {
  for (let length = Math.min(closing.length - 1, text.length); length > 0; length--) {
    if (closing.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
