/** Colours never change the code they are for. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { languageOf, loadHighlight } from "../../ui/text/highlight.ts";
import { drawMath, type MathPiece } from "../../ui/text/math_tree.ts";

Deno.test("whatever the code is, its coloured pieces put together are the same code", async () => {
  for (const name of ["ts", "python", "html", "sql", "php", "yaml"]) {
    const highlight = await loadHighlight(languageOf(name) ?? "");
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom("<?php", "`${", "/*", '"', "<b>", "\n"))), (parts) => {
        const code = parts.join("");
        assert.equal(highlight(code).map(({ text }) => text).join(""), code);
      }),
    );
  }
});

Deno.test("a program has words, strings, numbers and remarks in colours of their own", async () => {
  const highlight = await loadHighlight("typescript");
  const pieces = highlight("const a: string = `x${1}`; // why");
  const coloured = (colour: string) =>
    pieces.filter((piece) => piece.colour === colour).map(({ text }) => text).join("");
  assert.match(coloured("k"), /const/);
  assert.match(coloured("s"), /`x/);
  assert.match(coloured("n"), /1/);
  assert.equal(coloured("c"), "// why");
});

Deno.test("a name that objects have by nature is no language", () => {
  for (const name of ["constructor", "__proto__", "toString", ""]) assert.equal(languageOf(name), null);
});

Deno.test("whatever a formula says, it becomes a few kinds of MathML elements and nothing that could act", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "\\frac{a}{b}",
      "\\href{javascript:x}{y}",
      "\\htmlClass{a}{b}",
      "\\text{<b>}",
      "\\def\\a{\\a\\a}\\a",
    ),
    fc.constantFrom(
      "\\includegraphics{https://a.example/b}",
      "\\sqrt",
      "{",
      "}",
      "^2",
      "_i",
      "\\begin{matrix}a&b\\end{matrix}",
    ),
  );
  const check = (piece: MathPiece | null): void => {
    if (piece === null || typeof piece === "string") return;
    assert.match(piece.name, /^m[a-z]+$/);
    for (const name of Object.keys(piece.attributes)) assert.doesNotMatch(name, /^(on.*|href|src|style|class|id)$/);
    piece.children.forEach(check);
  };
  fc.assert(fc.property(fc.array(piece, { maxLength: 8 }), fc.boolean(), (parts, isBlock) => {
    check(drawMath(parts.join(""), isBlock));
  }));
});
