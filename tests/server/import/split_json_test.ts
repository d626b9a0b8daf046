/** A JSON file is cut into its values, however the pieces it comes in are torn. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { splitJson } from "../../../server/import/split_json.ts";

async function* torn(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

async function valuesOf(text: string, size: number, maxBytes = 1e6): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const piece of splitJson(torn(new TextEncoder().encode(text), size), maxBytes)) {
    values.push("bytes" in piece ? JSON.parse(new TextDecoder().decode(piece.bytes)) : "too large");
  }
  return values;
}

const element = fc.oneof(
  fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()),
  fc.array(fc.jsonValue()),
);

Deno.test("a list gives its elements, in order, however it is torn", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(element, { maxLength: 8 }),
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(undefined, 2),
      async (list, size, indent) => {
        const text = JSON.stringify(list, null, indent);
        assert.deepEqual(await valuesOf(text, size), JSON.parse(text));
      },
    ),
    { numRuns: Deno.env.get("TEST_FULL") ? 5000 : 500 },
  );
});

Deno.test("a file that is one object gives that object", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.integer({ min: 1, max: 40 }),
      async (value, size) => {
        const text = `\ufeff ${JSON.stringify(value)}\n`;
        assert.deepEqual(await valuesOf(text, size), [JSON.parse(JSON.stringify(value))]);
      },
    ),
  );
});

Deno.test("an element that is too large is passed over, and those beside it are read", async () => {
  const list = [{ a: 1 }, { long: "x".repeat(500) }, { b: '"}],[{' }];
  assert.deepEqual(await valuesOf(JSON.stringify(list), 7, 100), [{ a: 1 }, "too large", { b: '"}],[{' }]);
});
