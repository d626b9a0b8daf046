/** What a terminal sends becomes keys, however it is torn. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Key, openKeyDecoder } from "../../../../server/commands/chat/keys.ts";

Deno.test("each key of a terminal is known by what it sends", () => {
  const plain = (name: string, modifiers = {}) => ({ type: "key", name, ctrl: false, alt: false, ...modifiers });
  const cases: Record<string, unknown> = {
    "\r": plain("enter"),
    "\n": plain("newline"),
    "\x1b\r": plain("newline"),
    "\x1b[13;2u": plain("newline"),
    "\x1b[27;2;13~": plain("newline"),
    "\x7f": plain("backspace"),
    "\b": plain("backspace"),
    "\x1b\x7f": plain("backspace", { alt: true }),
    "\x1b[A": plain("up"),
    "\x1bOB": plain("down"),
    "\x1b[C": plain("right"),
    "\x1b[1;5D": plain("left", { ctrl: true }),
    "\x1b[1;3C": plain("right", { alt: true }),
    "\x1b[H": plain("home"),
    "\x1b[4~": plain("end"),
    "\x1b[3~": plain("delete"),
    "\x1b[3;5~": plain("delete", { ctrl: true }),
    "\x03": { type: "chord", letter: "c", ctrl: true },
    "\x1bb": { type: "chord", letter: "b", ctrl: false },
    "\x1b[99;5u": { type: "chord", letter: "c", ctrl: true },
    "ñ": { type: "text", text: "ñ" },
    "日本語": { type: "text", text: "日本語" },
    "👩‍👩‍👧": { type: "text", text: "👩‍👩‍👧" },
    "\x1b[200~two\rlines\x03\x1b[201~": { type: "paste", text: "two\nlines\x03" },
  };
  for (const [sent, key] of Object.entries(cases)) assert.deepEqual(openKeyDecoder().push(sent), [key], escape(sent));
});

Deno.test("sequences that nobody knows are passed over, and what follows is heard", () => {
  assert.deepEqual(openKeyDecoder().push("\x1b[I\x1b[15~\x1b[?62;4cx"), [{ type: "text", text: "x" }]);
});

Deno.test("Escape alone is a key when nothing follows it", () => {
  const decoder = openKeyDecoder();
  assert.deepEqual(decoder.push("\x1b"), []);
  assert.equal(decoder.isWaiting, true);
  assert.deepEqual(decoder.flush(), [{ type: "key", name: "escape", ctrl: false, alt: false }]);
  assert.equal(decoder.isWaiting, false);
});

Deno.test("keys are the same wherever the bytes between them are torn", () => {
  const piece = fc.constantFrom(
    ...[
      "a",
      "é",
      "👍🏽",
      "你",
      "\r",
      "\x7f",
      "\x03",
      "\x1b[A",
      "\x1bOC",
      "\x1b[1;5D",
      "\x1b\r",
      "\x1b[200~p\rq\x1b[201~",
    ],
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), fc.array(fc.nat(5)), (pieces, sizes) => {
    const bytes = new TextEncoder().encode(pieces.join(""));
    const [whole, torn] = [openKeyDecoder(), openKeyDecoder()];
    const text = new TextDecoder();
    const keys: Key[] = [];
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = 1 + (sizes[turn % Math.max(1, sizes.length)] ?? 0);
      keys.push(...torn.push(text.decode(bytes.slice(at, at + size), { stream: true })));
      at += size;
    }
    assert.deepEqual(letters(keys), letters(whole.push(new TextDecoder().decode(bytes))));
  }));
});

Deno.test("a paste without end is cut, not kept for ever", () => {
  const decoder = openKeyDecoder();
  decoder.push("\x1b[200~");
  for (let i = 0; i < 30; i++) decoder.push("x".repeat(100_000));
  const [key] = decoder.push("\x1b[201~");
  assert.equal(key?.type === "paste" && key.text.length, 1_000_000);
});

/** Typed text comes in one piece or several: both are the same. */
function letters(keys: Key[]): unknown[] {
  return keys.flatMap((key): unknown[] => key.type === "text" ? [...key.text] : [key]);
}
