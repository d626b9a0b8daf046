/** What the benchmark concludes from its figures. */
import assert from "node:assert/strict";
import { compare } from "./baseline.ts";
import { verdictOn } from "./figure.ts";
import { ageMs, timed, untimed } from "./marker.ts";
import { openBody } from "./response_body.ts";
import { median, quantile, spread } from "./statistics.ts";
import fc from "fast-check";

const figure = (values: readonly number[]) => ({
  row: 1,
  name: "cost",
  unit: "µs",
  values,
  goal: { atMost: 2, stretch: 1 },
});
const baseline = { machine: "", at: "", figures: { cost: { median: 1.5, spread: 0.01 } } };

Deno.test("one disturbed round moves neither the median nor the spread", () => {
  assert.deepEqual([median([1, 2, 90]), spread([1, 2, 3, 2, 900]), quantile([5, 1, 3], 0.99)], [2, 1, 5]);
});

Deno.test("a goal is missed, met or met by far, and nothing measured meets none", () => {
  assert.deepEqual([[2.1], [2], [0.9], []].map((values) => verdictOn(figure(values))), [
    "missed",
    "met",
    "stretch",
    "missed",
  ]);
});

Deno.test("only what noise does not explain is worse", () => {
  const isWorse = (values: readonly number[]) => compare([figure(values)], baseline).get("cost")?.isWorse;
  assert.deepEqual([[1.6, 1.6], [2, 2], [1, 1], [1.4, 2, 2.6]].map(isWorse), [false, true, false, false]);
});

Deno.test("a token's age is read from it", () => {
  const bytes = new TextEncoder().encode(`${timed()}${untimed}`);
  const age = ageMs(bytes, 0);
  assert.ok(age !== undefined && age >= 0 && age < 1000, `${age} ms`);
  assert.equal(ageMs(bytes, 9), undefined);
});

Deno.test("an answer is whole however it is torn", () => {
  const parts = fc.array(fc.string({ minLength: 1, maxLength: 30, unit: "grapheme-ascii" }), { maxLength: 6 });
  fc.assert(fc.property(parts, fc.array(fc.nat(20)), (texts, cuts) => {
    const chunks = texts.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join("");
    const whole = new TextEncoder().encode(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`);
    let heard = "";
    const body = openBody((bytes) => {
      heard += new TextDecoder().decode(bytes);
      return bytes.length;
    });
    let at = 0;
    for (const cut of [...cuts, whole.length]) {
      body.push(whole.subarray(at, at + cut));
      at += cut;
    }
    assert.deepEqual([heard, body.status, body.isOver], [texts.join(""), 200, true]);
  }));
});
