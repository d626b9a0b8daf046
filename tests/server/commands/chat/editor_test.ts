/** Typing a message. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Editor, emptyEditor, isComplete, press, sent } from "../../../../server/commands/chat/editor.ts";
import { drawEditor } from "../../../../server/commands/chat/editor_rows.ts";
import { type Key, openKeyDecoder } from "../../../../server/commands/chat/keys.ts";
import { graphemes, textWidth } from "../../../../server/commands/chat/text_width.ts";

const left = "\x1b[D", up = "\x1b[A", down = "\x1b[B", backspace = "\x7f", remove = "\x1b[3~";

Deno.test("keys change the text at the cursor", () => {
  const cases: [string, string][] = [
    ["abc" + left + left + "\x1b[C" + "X", "abX|c"],
    ["abc" + backspace, "ab|"],
    ["ab👩‍👩‍👧" + backspace, "ab|"],
    ["e\u0301x" + left + backspace, "|x"],
    ["abc" + left + left + remove, "a|c"],
    ["one two  " + "\x17", "one |"],
    ["one two" + "\x01" + "\x0b", "|"],
    ["one two" + "\x1bb" + "\x15", "|two"],
    ["one two" + "\x01" + "\x1bf" + "\x1bd", "one|"],
    ["one" + "\x1b[1;5D" + "X", "X|one"],
    ["a\x1b\rb", "a\nb|"],
    ["a\\\rb", "a\nb|"],
    ["a\nbc" + up + "X", "aX|\nbc"],
    ["ab\nc" + up + down + "X", "ab\ncX|"],
    ["ab\ncd" + "\x01" + "X", "ab\nX|cd"],
    ["a\nb" + left + "\x0b" + left + "\x0b", "a|"],
    ["\x1b[200~two\rlines\x1b[201~!", "two\nlines!|"],
    ["\x1b[200~evil\x1b[2Jtext\x1b[201~", "eviltext|"],
  ];
  for (const [typed, expected] of cases) assert.equal(show(type(typed)), expected, JSON.stringify(typed));
});

Deno.test("the arrow keys bring back what was sent, and what was being typed", () => {
  let editor = sent(type("first"));
  editor = sent(type("second", editor));
  editor = sent(type("second", editor));
  editor = type("dra" + up, editor);
  assert.equal(show(editor), "second|");
  editor = type(up, editor);
  assert.equal(show(editor), "first|");
  assert.equal(show(type(up, editor)), "first|");
  assert.equal(show(type(down + down, editor)), "dra|");
  assert.equal(show(type(down + down + down, editor)), "dra|");
});

Deno.test("Enter sends unless a backslash stands before it", () => {
  assert.equal(isComplete(type("question")), true);
  assert.equal(isComplete(type("question\\")), false);
});

Deno.test("whatever is pressed, the cursor stands between two characters of the text", () => {
  const key = fc.constantFrom(
    ...[
      "a",
      " ",
      "é",
      "e\u0301",
      "👍🏽",
      "🇩🇪",
      "你",
      "\x1b\r",
      "\x1b[D",
      "\x1b[C",
      "\x1b[A",
      "\x1b[B",
      "\x7f",
      "\x1b[3~",
    ],
    ...["\x01", "\x05", "\x0b", "\x15", "\x17", "\x1bb", "\x1bf", "\x1bd", "\x1b[1;5D", "\x10", "\x0e"],
  );
  fc.assert(fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
    let editor = emptyEditor(["one\ntwo", "drei 👍🏽"]);
    for (const one of keys) {
      editor = type(one, editor);
      const before = graphemes(editor.text.slice(0, editor.cursor)).length;
      const after = graphemes(editor.text.slice(editor.cursor)).length;
      // A mark typed behind the cursor may join what is before it; nothing else may be cut in two.
      assert.ok(before + after - graphemes(editor.text).length <= 1 && editor.cursor <= editor.text.length);
    }
  }));
});

Deno.test("the cursor is drawn where it is, in rows that fit", () => {
  const drawn = (typed: string, width: number, maxRows = 10) =>
    drawEditor(type(typed), { width, maxRows, hasStyles: false });
  assert.deepEqual(drawn("ab", 20), { rows: rows("› ab"), cursor: { row: 0, column: 4 } });
  assert.deepEqual(drawn("你好" + left, 20), { rows: rows("› 你好"), cursor: { row: 0, column: 4 } });
  assert.deepEqual(drawn("abcdefgh", 8), { rows: rows("› abcde", "  fgh"), cursor: { row: 1, column: 5 } });
  assert.deepEqual(drawn("1\n2\n3\n4", 8, 2), { rows: rows("  3", "  4"), cursor: { row: 1, column: 3 } });
  assert.deepEqual(drawn("1\n2\n3\n4" + up + up + up, 8, 2), {
    rows: rows("› 1", "  2"),
    cursor: { row: 0, column: 3 },
  });
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 6, max: 40 }), (text, width) => {
    const { rows, cursor } = drawEditor({ ...emptyEditor(), text, cursor: text.length }, {
      width,
      maxRows: 99,
      hasStyles: false,
    });
    assert.ok(rows.every((row) => textWidth(row.text) <= width));
    assert.ok(cursor.row < rows.length && cursor.column < width);
  }));
});

function type(keys: string, editor: Editor = emptyEditor()): Editor {
  return openKeyDecoder().push(keys).reduce((state: Editor, key: Key) => press(state, key), editor);
}

function show({ text, cursor }: Editor): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

function rows(...texts: string[]): { text: string; goesOn: boolean }[] {
  return texts.map((text) => ({ text, goesOn: false }));
}
