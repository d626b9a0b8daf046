/** Titles: what a model writes is tidied, and what a person wrote is shortened where no model helps. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { firstWords, tidyTitle } from "../../../server/chat/background.ts";

Deno.test("what models put around a title is taken away", () => {
  const said: Record<string, string> = {
    '"Baking bread"': "Baking bread",
    "Title: Baking bread.": "Baking bread",
    "**Baking bread**\n\nI hope you like it": "Baking bread",
    "# Baking bread": "Baking bread",
    "«Brot backen»": "Brot backen",
    "„Brot backen“": "Brot backen",
    "  Baking   bread  ": "Baking bread",
    "パンを焼く": "パンを焼く",
    "What is a lease?": "What is a lease?",
    '""': "",
    "": "",
  };
  for (const [text, title] of Object.entries(said)) assert.equal(tidyTitle(text), title);
});

Deno.test("no title is longer than a line, and none ends in half a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 300 }), (text) => {
      for (const title of [firstWords(text), tidyTitle(text)]) {
        assert.ok(title.length <= 81);
        assert.ok(!title.includes("\n"));
        assert.ok(title.isWellFormed());
      }
    }),
  );
  assert.equal(firstWords("word ".repeat(40)), `${"word ".repeat(16).trim()}…`);
  assert.ok(firstWords("😀".repeat(100)).isWellFormed());
});
