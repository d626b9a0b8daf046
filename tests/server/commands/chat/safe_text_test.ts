/** Nothing that a model says can steer the terminal. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { openSafeText, safeLine, safeText } from "../../../../server/commands/chat/safe_text.ts";

Deno.test("escape sequences go as a whole, words stay", () => {
  const cases: [string, string][] = [
    ["a\x1b[31mred\x1b[0mb", "aredb"],
    ["clear\x1b[2J\x1b[Hed", "cleared"],
    ["\x1b]0;a new title\x07text", "text"],
    ["\x1b]52;c;ZXZpbA==\x1b\\text", "text"],
    ["\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"],
    ["\x1bP1$r0m\x1b\\x", "x"],
    ["\x9b2Jx\x9dtitle\x9cy", "xy"],
    ["\x1bcreset", "reset"],
    ["\x1b(0line", "line"],
    ["bell\x07 back\b\b null\0", "bell back null"],
    ["line one\r\nline two\rover", "line one\nline twoover"],
    ["tab\tand\nnewline", "tab\tand\nnewline"],
    ["user\u202Etxt.exe\u2066", "usertxt.exe"],
    ["Grüße 你好 👩‍👩‍👧", "Grüße 你好 👩‍👩‍👧"],
  ];
  for (const [said, shown] of cases) assert.equal(safeText(said), shown, JSON.stringify(said));
  assert.equal(safeLine("two\nlines\x1b[1m\there"), "two lines here");
});

Deno.test("a sequence without end swallows neither the line after it nor a long text", () => {
  assert.equal(safeText("\x1b]0;never closed\nthe answer"), "\nthe answer");
  assert.ok(safeText(`\x1b]0;${"x".repeat(5000)} the end`).endsWith("the end"));
});

Deno.test("hostile text is harmless however it is torn, and harmless text stays as it is", () => {
  const hostile = fc.array(
    fc.constantFrom(..."\x1b[]P0;2Jm?\x07\x9b\x9d\x9c\\\n\t\r\x00ab 你é".split(""), "\x1b[31m", "\x1b]0;t\x07", "👍🏽"),
  ).map((parts) => parts.join(""));
  fc.assert(fc.property(hostile, fc.nat(9), (text, size) => {
    const torn = openSafeText();
    let shown = "";
    for (let at = 0; at < text.length; at += size + 1) shown += torn.push(text.slice(at, at + size + 1));
    assert.equal(shown, safeText(text));
    assert.doesNotMatch(shown, /[^\P{Cc}\n\t]/u);
  }));
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const harmless = text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, "");
    assert.equal(safeText(harmless), harmless);
  }));
});
