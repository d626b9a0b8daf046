/** Markdown on a terminal. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type StreamedMarkdown, streamMarkdown } from "../../../../server/commands/chat/stream_markdown.ts";
import { textWidth } from "../../../../server/commands/chat/text_width.ts";

const example = `# A *heading*

Words with **weight**, \`code\` and [a link](https://example.com).
- first
- second
  - inner
- [x] done

1. one

2. two

> quoted

| name | count |
|------|------:|
| a    | 1     |

\`\`\`ts
const snake_case = 2 * 3 * 4;
\`\`\`
`;

Deno.test("headings, lists, quotes, tables and code are drawn", () => {
  assert.deepEqual(draw(example, 60), [
    ...["A heading", "", "Words with weight, code and a link (https://example.com).", ""],
    ...["• first", "• second", "  • inner", "☑ done", "", "1. one", "", "2. two", "", "│ quoted", ""],
    ...["name  count", "────  ─────", "a         1", "", "  const snake_case = 2 * 3 * 4;"],
  ]);
});

Deno.test("styles are switched on and off in each row, and are left out where none are wanted", () => {
  const markdown = streamMarkdown();
  markdown.push("some **strong words** here");
  const options = { width: 12, hasStyles: true };
  assert.deepEqual(markdown.end(options).map(({ text }) => text), [
    "some \x1b[1mstrong\x1b[0m",
    "\x1b[1mwords\x1b[0m here",
  ]);
});

Deno.test("a table that is too wide becomes a list of its cells", () => {
  assert.deepEqual(draw("| name | about |\n|--|--|\n| ada | wrote the first program |\n| bob | no |", 24), [
    ...["name: ada", "about: wrote the first", "program", "", "name: bob", "about: no"],
  ]);
});

Deno.test("code keeps its lines whole for copying", () => {
  const markdown = streamMarkdown();
  markdown.push("```\n" + "x".repeat(30) + "\n```");
  assert.deepEqual(markdown.end({ width: 20, hasStyles: false }), [
    { text: "  " + "x".repeat(18), goesOn: true },
    { text: "x".repeat(12), goesOn: false },
  ]);
});

Deno.test("what is drawn in the end does not depend on the pieces it came in", () => {
  const block = fc.constantFrom(
    ...["# heading", "plain **bold** text\nin two lines", "- item\n  - inner\n- other", "1. one\n\n2. two\n\n   more"],
    ...["> quote\n> more", "```ts\ncode();\n\n- no list\n```", "---", "title\n===", "| a | b |\n|---|--:|\n| 1 | 2 |"],
    ...["[x](y) <b>html</b>", "你好 *世界*", "* star", "a\tb \\* &amp; | --- |", "- [x] done"],
  );
  fc.assert(
    fc.property(
      fc.array(block, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      (blocks, sizes) => {
        const text = blocks.join("\n\n");
        const pieces: string[] = [];
        for (let at = 0, turn = 0; at < text.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        assert.deepEqual(draw(pieces, 30), draw(text, 30));
      },
    ),
  );
});

Deno.test("no row is wider than the terminal, and no letter of the words is lost", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "é", "你", "👍🏽"), minLength: 1, maxLength: 40 });
  fc.assert(fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 4, max: 60 }), (words, width) => {
    const rows = draw(words.join(" "), width);
    assert.ok(rows.every((row) => textWidth(row) <= width));
    assert.equal(rows.join("").replaceAll(" ", ""), words.join(""));
  }));
});

function draw(pieces: string | readonly string[], width: number): string[] {
  const markdown: StreamedMarkdown = streamMarkdown();
  const options = { width, hasStyles: false };
  const rows: string[] = [];
  for (const piece of typeof pieces === "string" ? [pieces] : pieces) {
    markdown.push(piece);
    rows.push(...markdown.settled(options).map(({ text }) => text));
  }
  return [...rows, ...markdown.end(options).map(({ text }) => text)].map((row) => row.trimEnd());
}
