/** Answers are cut into posts without losing a character, whatever they are made of. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { cut, split } from "../../../server/chat/split.ts";

const numRuns = Deno.env.get("TEST_FULL") ? 10_000 : 1000;

const block = fc.oneof(
  fc.lorem({ maxCount: 40 }),
  fc.lorem({ maxCount: 5, mode: "sentences" }),
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.constantFrom(
    "😀",
    "👩‍👩‍👧‍👦",
    "日本語の文章です。",
    "Ωμέγα",
    "e\u0301",
    "🇩🇪🇫🇷",
    "**bold**",
    "`code`",
    "- item",
    "# title",
  ),
  fc.nat(400).map((n) => "x".repeat(n)),
  fc.nat(150).map((n) => "漢".repeat(n)),
  fc.nat(60).map((n) => "👍🏽".repeat(n)),
  fc.tuple(
    fc.constantFrom("```", "````", "~~~", "  ```"),
    fc.constantFrom("", "ts", "python title=long"),
    fc.array(fc.oneof(fc.lorem({ maxCount: 12 }), fc.constantFrom("", "    deep", "``` not the end", "a `b` c")), {
      maxLength: 40,
    }),
    fc.boolean(),
  ).map(([fence, info, lines, isClosed]) => [fence + info, ...lines, ...isClosed ? [fence.trim()] : []].join("\n")),
);
const gap = fc.constantFrom("", " ", "\n", "\n\n", "\r\n\r\n", "\n \n");

/** Texts that need several posts of `max` characters, most of them. */
function markdownFor(max: number): fc.Arbitrary<string> {
  const blocks = fc.array(fc.tuple(block, gap), { minLength: max / 80, maxLength: max / 20, size: "max" });
  return fc.oneof({ weight: 9, arbitrary: blocks }, { weight: 1, arbitrary: fc.array(fc.tuple(block, gap)) })
    .map((blocks) => blocks.flat().join(""));
}

/** Whether a fence is left open at the end, as CommonMark §4.5 has it. */
function openFence(text: string): string | undefined {
  let open: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, marker, info = ""] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (marker === undefined) continue;
    if (open === undefined) {
      if (!(marker.startsWith("`") && info.includes("`"))) open = marker;
    } else if (marker[0] === open[0] && marker.length >= open.length && info.trim() === "") open = undefined;
  }
  return open;
}

for (const max of [160, 2000, 4000]) {
  Deno.test(`any Markdown in posts of ${max} characters: nothing is lost, none is too long, fences are whole`, () => {
    fc.assert(
      fc.property(markdownFor(max), (text) => {
        const pieces = cut(text, max);
        assert.equal(pieces.map((piece) => piece.text).join(""), text);
        const posts = split(text, max);
        assert.deepEqual(posts, pieces.map(({ before, text, after }) => before + text + after));
        for (const [i, post] of posts.entries()) {
          assert.ok(post.length <= max, `post ${i} has ${post.length} characters`);
          assert.ok(post.length > 0);
          assert.ok(post.isWellFormed() || !text.isWellFormed(), `post ${i} cuts a character in two`);
          // The last one is left as the model has left it.
          if (i < posts.length - 1) assert.equal(openFence(post), undefined, `post ${i} leaves a fence open`);
        }
      }),
      { numRuns },
    );
  });
}

Deno.test("a code block over many posts is a code block in each, with its language", () => {
  const code = Array.from({ length: 200 }, (_, i) => `const line${i} = ${i};`).join("\n");
  const posts = split(`Here:\n\n\`\`\`ts\n${code}\n\`\`\`\n\nThat is all.`, 500);
  assert.ok(posts.length > 5);
  for (const post of posts.slice(1, -1)) {
    assert.match(post, /^```ts\n/);
    assert.match(post, /\n```$/);
  }
});

Deno.test("posts end after a paragraph, a sentence or a word where there is one", () => {
  const sentence = "This is a sentence of some words. ";
  const posts = split(sentence.repeat(30).trim(), 200);
  for (const post of posts) assert.match(post.trimEnd(), /words\.$/);
  assert.deepEqual(split("", 160), []);
  assert.deepEqual(split("short", 160), ["short"]);
});

Deno.test("a text without a place to cut is cut between characters that people see", () => {
  const family = "👩‍👩‍👧‍👦";
  for (const post of split(family.repeat(100), 160)) assert.equal(post.replaceAll(family, ""), "");
});
