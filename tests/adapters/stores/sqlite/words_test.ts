/** What the page highlights is what the index has found: our words are the tokenizer's words. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { excerptOf } from "../../../../adapters/stores/sql/excerpt.ts";
import { parseQuery } from "../../../../adapters/stores/sql/query.ts";
import { firstSearch } from "../../../../adapters/stores/sqlite/search_schema.ts";
import { searchWords, wordsOf } from "../../../../adapters/stores/sql/words.ts";

/** The words that SQLite makes of a text. */
function tokenizer() {
  const database = new DatabaseSync(":memory:");
  database.exec(`
    ${firstSearch.match(/create virtual table [^;]*;/)![0]}
    create virtual table v using fts5vocab (search_index, instance)`);
  return {
    tokens(text: string): string[] {
      database.exec("delete from search_index");
      database.prepare("insert into search_index (text) values (?)").run(searchWords(text));
      return database.prepare('select term from v order by "offset"').all().map((row) => String(row["term"]));
    },
    [Symbol.dispose]: () => database.close(),
  };
}

const script = fc.constantFrom(
  ..."abzABZ019 .,-_'\"!\n\t",
  ..."éÉèüÜñçßøØłİıčŽǅſ",
  ..."αΩάώςжЖйёЁאבّעربي",
  ..."北京天気のコードสวัไทยខ្មែរ한국어",
  ..."🙂👍🏽€½²✓①𝒳",
  "e\u0301",
  "a\u0308\u0301",
);

Deno.test("our words are the words of the full-text index", () => {
  using sqlite = tokenizer();
  fc.assert(
    fc.property(fc.string({ unit: script, maxLength: 30 }), (text) => {
      assert.deepEqual([...wordsOf(text)].map((word) => word.folded), sqlite.tokens(text));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("each word stands where it is said to stand", () => {
  fc.assert(fc.property(fc.string({ unit: script }), (text) => {
    let last = 0;
    for (const { start, end } of wordsOf(text)) {
      assert.ok(start >= last && end > start && end <= text.length);
      last = end;
    }
  }));
});

Deno.test("an excerpt is short, whole characters, and its highlights are the words that were asked for", () => {
  const words = fc.array(fc.constantFrom("needle", "hay", "straw", "Nêedle", "🙂", "x".repeat(300)), {
    maxLength: 120,
  });
  fc.assert(fc.property(words, fc.constantFrom(" ", ", ", "\n"), (parts, space) => {
    const text = parts.join(space);
    const { excerpt, highlights } = excerptOf(text, parseQuery("needl"));
    assert.ok(excerpt.length <= 302, `${excerpt.length}`);
    assert.ok(excerpt.isWellFormed());
    assert.ok(text.includes(excerpt.replace(/^…|…$/g, "")));
    for (const [start, end] of highlights) assert.match(excerpt.slice(start, end), /^n[eê]edle$/i);
    assert.equal(highlights.length > 0, /n[eê]edle/i.test(text));
  }));
});
