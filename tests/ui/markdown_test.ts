/** Markdown: safe whatever it says, and presentable however far it has come. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { closeMarkdown, wholeWords } from "../../ui/text/close_markdown.ts";
import type { Block, Inline } from "../../ui/text/markdown_tree.ts";
import { parseMarkdown } from "../../ui/text/parse_markdown.ts";

const answer = `Here is **the whole** of it, with \`code\`, *some stress* and a [link](https://example.com/a_b).

## What else

| Option | Cost |
|---|--:|
| One | 1 |
| Two | **2** |

1. First **bold** thing
2. Second with \`a * b\`
   - nested *item*
   - ~~gone~~

> A **quote** that goes on

\`\`\`sql
select * from a where b = '**';
\`\`\`

Done, with ***both*** at the end.`;

/** The words of a text, and apart from them those of its code. */
function words(blocks: readonly Block[]): { prose: string; code: string } {
  const found = { prose: "", code: "" };
  const inline = (part: Inline): void => {
    if (part.kind === "text") found.prose += part.text;
    else if (part.kind === "code") found.code += part.text;
    else if ("children" in part) part.children.forEach(inline);
  };
  const block = (part: Block): void => {
    if (part.kind === "code") found.code += part.text;
    else if (part.kind === "list") part.items.forEach(({ children }) => children.forEach(block));
    else if (part.kind === "quote") part.children.forEach(block);
    else if (part.kind === "table") [part.head, ...part.rows].flat().forEach((cell) => cell.children.forEach(inline));
    else if ("children" in part) part.children.forEach(inline);
    found.prose += " ";
  };
  blocks.forEach(block);
  return found;
}

Deno.test("an answer that is still being written never shows a stray mark", () => {
  for (let length = 0; length <= answer.length; length += 1) {
    for (const text of [answer.slice(0, length), wholeWords(answer.slice(0, length))]) {
      const { prose } = words(parseMarkdown(closeMarkdown(text)));
      assert.doesNotMatch(prose, /[*\`~|[\]]|\(http|^#|---/, `after ${length} characters: …${text.slice(-40)}`);
    }
  }
});

Deno.test("a code block is one from its first line on", () => {
  const begun = answer.slice(0, answer.indexOf("select") + 3);
  assert.equal(parseMarkdown(closeMarkdown(begun)).at(-1)?.kind, "code");
});

Deno.test("a finished text is shown as it is", () => {
  assert.equal(closeMarkdown(answer), answer);
  fc.assert(fc.property(fc.array(fc.stringMatching(/^[a-z]{1,9}[.,]?$/)), (parts) => {
    const text = parts.join(" ");
    assert.equal(closeMarkdown(text), text);
  }));
});

Deno.test("no word of a growing answer is shown before it is whole, and none is held back for long", () => {
  assert.equal(wholeWords("The quick bro"), "The quick ");
  assert.equal(wholeWords("The quick "), "The quick ");
  assert.equal(wholeWords("東京は日本の"), "東京は日本の");
  assert.equal(wholeWords("x".repeat(60)), "x".repeat(60));
  fc.assert(fc.property(fc.string(), (text) => {
    const shown = wholeWords(text);
    assert.ok(text.startsWith(shown));
    assert.ok(text.length - shown.length <= 48);
  }));
});

Deno.test("whatever a model writes, only web and mail addresses become links", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom("[a](javascript:alert(1))", "<a href=x onclick=y>", "![p](data:text/html,x)", "<javascript:a>"),
    fc.constantFrom("[x](https://a.example)", "<m@a.example>", "**", "\n\n", "> ", "- ", "```", "| a |\n|---|\n"),
    fc.constantFrom("[r]: vbscript:x\n\n[r]", "&#106;avascript:", "[e](&#x6A;avascript:1)", "[t](\tjavascript:1)"),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      for (const href of hrefs(parseMarkdown(text))) assert.match(href, /^(https?|mailto):/i);
      parseMarkdown(closeMarkdown(text));
    }),
    { numRuns: 1000 },
  );
});

function hrefs(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(hrefs);
  if (typeof value !== "object" || value === null) return [];
  const href: unknown = Reflect.get(value, "href");
  return [...(typeof href === "string" ? [href] : []), ...Object.values(value).flatMap(hrefs)];
}

Deno.test("headings stand below the answer's own and leave out no level", () => {
  const levels = parseMarkdown("### a\n\n##### b\n\n## c\n\n### d\n\n# e").flatMap((block) =>
    block.kind === "heading" ? [block.level] : []
  );
  assert.deepEqual(levels, [3, 4, 3, 4, 3]);
});

Deno.test("a text that is nothing but marks is read in a moment", () => {
  for (const mark of ["$", "$$", "\\(", "\\[ ", "\n\\[", "$$\n", "$a ", "![", "``a`", "\\(a", "**"]) {
    const text = mark.repeat(Math.floor(30_000 / mark.length));
    const start = performance.now();
    parseMarkdown(closeMarkdown(text));
    parseMarkdown(text);
    const ms = performance.now() - start;
    assert.ok(ms < 1_500, `${JSON.stringify(mark)} takes ${Math.round(ms)} ms`);
  }
});

Deno.test("a formula that is still being written is held back until it is whole", () => {
  const text = "So $e^{i x}$ is, and \\(\\frac{a}{b}\\) too:\n\n$$\n\\sum_{i=1}^n i\n$$\n\nfor $5 or $10.";
  for (let length = 0; length <= text.length; length += 1) {
    const { prose } = words(parseMarkdown(closeMarkdown(text.slice(0, length))));
    assert.doesNotMatch(prose, /\\|\{|\$(?!\d|$)/, `after ${length} characters: …${text.slice(0, length).slice(-30)}`);
  }
  assert.match(words(parseMarkdown(text)).prose, /for \$5 or \$10\./);
});

Deno.test("a text that nests without end is still shown", () => {
  assert.equal(parseMarkdown("> ".repeat(20_000) + "deep").length > 0, true);
});
