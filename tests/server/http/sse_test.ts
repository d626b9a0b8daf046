/** The stream of events itself: backpressure, heartbeats, and every way to end. */
import assert from "node:assert/strict";
import { eventStream, type ServerEvent } from "../../../server/http/sse.ts";
import { readEvents } from "./world.ts";

function numbers(until: number, seen: { made: number; aborted: boolean }) {
  return async function* (signal: AbortSignal): AsyncGenerator<ServerEvent> {
    signal.addEventListener("abort", () => seen.aborted = true);
    for (let i = 0; i < until && !signal.aborted; i++) {
      seen.made += 1;
      yield { event: "delta", id: String(i), data: { text: `line\n${i}\r\n\u2028` } };
    }
  };
}

Deno.test("an event survives line breaks in its text, and the end is told once", async () => {
  let ends = 0;
  const options = { closing: new AbortController().signal, heartbeatMs: 60_000, onEnd: () => void ends++ };
  const response = eventStream(numbers(3, { made: 0, aborted: false }), options);
  const events = await Array.fromAsync(readEvents(response));
  assert.deepEqual(
    events.map(({ id, data }) => [id, data.text]),
    [0, 1, 2].map((i) => [String(i), `line\n${i}\r\n\u2028`]),
  );
  assert.equal(ends, 1);
});

Deno.test("nothing is made that nobody takes, and going away ends the making", async () => {
  const seen = { made: 0, aborted: false };
  let ends = 0;
  const options = { closing: new AbortController().signal, heartbeatMs: 60_000, onEnd: () => void ends++ };
  const reader = eventStream(numbers(1e9, seen), options).body!.getReader();
  for (let i = 0; i < 5; i++) await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.ok(seen.made <= 7, `${seen.made} were made`);
  await reader.cancel();
  assert.ok(seen.aborted);
  assert.equal(ends, 1);
});

Deno.test("while nothing is said a comment keeps the connection alive, and closing ends it", async () => {
  const closing = new AbortController();
  const silence = (signal: AbortSignal): AsyncIterable<ServerEvent> => ({
    [Symbol.asyncIterator]: () => ({
      next: () =>
        new Promise((resolve) => signal.addEventListener("abort", () => resolve({ done: true, value: undefined }))),
    }),
  });
  const response = eventStream(silence, { closing: closing.signal, heartbeatMs: 5, onEnd: () => {} });
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  for (let i = 0; i < 3; i++) assert.equal(decoder.decode((await reader.read()).value), ":\n\n");
  closing.abort();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    assert.equal(decoder.decode(value), ":\n\n");
  }
});

Deno.test("a reader that takes nothing for eight heartbeats is given up", async () => {
  const seen = { made: 0, aborted: false };
  const ended = Promise.withResolvers<void>();
  const options = { closing: new AbortController().signal, heartbeatMs: 5, onEnd: () => ended.resolve() };
  const response = eventStream(numbers(1e9, seen), options);
  await ended.promise;
  assert.ok(seen.aborted);
  await assert.rejects(response.text());
});

Deno.test("a stream that is opened while the server closes ends at once", async () => {
  const options = { closing: AbortSignal.abort(), heartbeatMs: 60_000, onEnd: () => {} };
  assert.equal(await eventStream(numbers(10, { made: 0, aborted: false }), options).text(), "");
});
