import { equal } from "node:assert/strict";
import fc from "fast-check";
import { didYouMean, editDistance } from "../../../server/config/did_you_mean.ts";

const commands = ["serve", "chat", "doctor", "config", "backup", "restore", "export", "import", "version", "help"];
const cases: readonly [word: string, meant: string | undefined][] = [
  ["srve", "serve"],
  ["sevre", "serve"],
  ["DOCTOR", "doctor"],
  ["imprt", "import"],
  ["exprot", "export"],
  ["chatt", "chat"],
  ["frobnicate", undefined],
  ["", undefined],
  ["x".repeat(100_000), undefined],
];
for (const [word, meant] of cases) {
  Deno.test(`"${word.slice(0, 20)}" means ${meant ?? "nothing we know"}`, () =>
    equal(didYouMean(word, commands), meant));
}

Deno.test("the distance of two words is the same both ways, nothing for equals, and never more than the longer one", () => {
  const word = fc.string({ maxLength: 12 });
  fc.assert(fc.property(word, word, (a, b) => {
    equal(editDistance(a, b), editDistance(b, a));
    equal(editDistance(a, a), 0);
    equal(editDistance(a, b) <= Math.max(a.length, b.length), true);
    equal(editDistance(a, b) >= Math.abs(a.length - b.length), true);
  }));
});
