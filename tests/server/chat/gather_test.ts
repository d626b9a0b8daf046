/** A model's events are gathered into pieces worth storing: nothing lost, nothing out of order, the first at once. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { gather } from "../../../server/chat/gather.ts";
import { type ModelEvent, ProviderError } from "../../../server/domain/model.ts";

const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0, isReported: true };
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("text" as const), text: fc.string({ minLength: 1 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("reasoning" as const), text: fc.string({ minLength: 1 }) }) },
  fc.constant({ type: "usage" as const, usage }),
  fc.constant({ type: "finish" as const, reason: "stop" }),
);
const step = fc.record({ event, waits: fc.boolean() });

function said(pieces: readonly { channel: string; text: string }[], channel: string): string {
  return pieces.filter((piece) => piece.channel === channel).map(({ text }) => text).join("");
}

Deno.test("whatever the model says in whatever rhythm, each channel's text is whole and in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.boolean(), async (steps, breaksOff) => {
      async function* source(): AsyncIterable<ModelEvent> {
        for (const { event, waits } of steps) {
          if (waits) await new Promise((resolve) => setImmediate(resolve));
          yield event;
        }
        if (breaksOff) throw new ProviderError("cut_off", "broke off");
      }
      const notes: ModelEvent[] = [];
      const pieces: { channel: string; text: string }[] = [];
      const gathered = (async () => {
        for await (const piece of gather(source(), 1, (note) => void notes.push(note))) pieces.push(piece);
      })();
      if (breaksOff) await assert.rejects(gathered, ProviderError);
      else await gathered;
      const events = steps.map(({ event }) => event);
      for (const channel of ["text", "reasoning"]) {
        const whole = events.map((event) => event.type === channel && "text" in event ? event.text : "").join("");
        assert.equal(said(pieces, channel), whole);
      }
      assert.deepEqual(notes, events.filter(({ type }) => type === "usage" || type === "finish"));
      assert.ok(pieces.every(({ text }) => text !== ""));
    }),
    { numRuns: 200 },
  );
});

Deno.test("the first piece comes at once, and what follows within the window comes as one", async () => {
  const finish = Promise.withResolvers<void>();
  async function* source(): AsyncIterable<ModelEvent> {
    yield { type: "text", text: "a" };
    await new Promise((resolve) => setImmediate(resolve));
    for (const text of ["b", "c", "d"]) yield { type: "text", text };
    await finish.promise;
    yield { type: "text", text: "e" };
  }
  const iterator = gather(source(), 60_000, () => {})[Symbol.asyncIterator]();
  assert.deepEqual((await iterator.next()).value, { channel: "text", text: "a" });
  const rest = iterator.next();
  finish.resolve(); // the end does not wait for the window
  assert.deepEqual((await rest).value, { channel: "text", text: "bcde" });
  assert.equal((await iterator.next()).done, true);
});

Deno.test("a character that comes in halves is given whole, and a half that stays alone does no harm", async () => {
  const whole = "a😀b👩‍👩‍👧c";
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: whole.length, maxLength: whole.length }), async (waits) => {
      async function* source(): AsyncIterable<ModelEvent> {
        for (const [i, unit] of whole.split("").entries()) {
          if (waits[i]) await new Promise((resolve) => setImmediate(resolve));
          yield { type: "text", text: unit };
        }
        yield { type: "text", text: "😀"[0]! };
      }
      const pieces = await Array.fromAsync(gather(source(), 0, () => {}));
      assert.ok(pieces.every(({ text }) => text.isWellFormed()));
      assert.equal(said(pieces, "text"), `${whole}\ufffd`);
    }),
  );
});
