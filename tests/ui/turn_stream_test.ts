/** Following a turn over connections that break, against a small server that misbehaves on purpose. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ApiError, NoConnection } from "../../ui/net/api.ts";
import { followTurn, type TurnNews } from "../../ui/net/turn_stream.ts";
import { readEvents } from "../../ui/net/sse.ts";

/** What one connection does: how many events it sends, how they begin before or after where they should, how it ends. */
interface Connection {
  readonly events: number;
  readonly size: number;
  /** Units before the asked position at which it begins. */
  readonly overlap: number;
  /** Units that it leaves out once, after its first event. */
  readonly skip: number;
  readonly breaks: boolean;
}

const connections = fc.array(
  fc.record({
    events: fc.nat(6),
    size: fc.integer({ min: 1, max: 9 }),
    overlap: fc.nat(12),
    skip: fc.constantFrom(0, 0, 0, 3),
    breaks: fc.boolean(),
  }),
  { maxLength: 12 },
);

Deno.test("whatever connections do, the text arrives whole, in order and once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "binary", maxLength: 80 }),
      connections,
      fc.nat(80),
      async (text, plan, have) => {
        const from = Math.min(have, text.length);
        const heard = await collect(text, plan, from);
        assert.equal(text.slice(0, from) + heard, text);
      },
    ),
    { numRuns: 300 },
  );
});

async function collect(text: string, plan: readonly Connection[], from: number): Promise<string> {
  let nth = 0;
  let heard = "";
  const news = followTurn({
    turnId: "t",
    from: { text: from, reasoning: 0 },
    open: (_turn, { text: at }) => Promise.resolve(connect(text, at, plan[nth++])),
    wait: () => Promise.resolve(),
    signal: new AbortController().signal,
  });
  for await (const item of news) {
    if (item.kind === "text") heard += item.text;
  }
  return heard;
}

/** Without a plan it behaves. */
function connect(text: string, at: number, plan: Connection | undefined): Response {
  const pieces: string[] = [event("turn", 0, { turn_id: "t", conversation_id: "c", message_id: "m" })];
  const { events = Infinity, size = 7, overlap = 0, skip = 0, breaks = false } = plan ?? {};
  let position = Math.max(0, at - overlap);
  for (let index = 0; index < events && position < text.length; index += 1) {
    const piece = text.slice(position, position + size);
    position += piece.length;
    pieces.push(event("delta", position, { text: piece }));
    if (index === 0 && position + skip < text.length) position += skip;
  }
  if (position >= text.length && !breaks) pieces.push(event("done", text.length, { reply: text }));
  const encoder = new TextEncoder();
  return new Response(
    new ReadableStream({
      pull(controller) {
        const piece = pieces.shift();
        if (piece !== undefined) controller.enqueue(encoder.encode(piece));
        else if (breaks) controller.error(new TypeError("connection reset"));
        else controller.close();
      },
    }),
  );
}

function event(name: string, id: number, data: unknown): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

Deno.test("a turn that may not be seen is not asked for again", async () => {
  let asked = 0;
  const news = followTurn({
    turnId: "t",
    from: { text: 0, reasoning: 0 },
    open: () => {
      asked += 1;
      return Promise.reject(new ApiError(404, "not_found", "There is no such turn", null));
    },
    wait: () => Promise.resolve(),
    signal: new AbortController().signal,
  });
  await assert.rejects(async () => await news.next(), { name: "ApiError", code: "not_found" });
  assert.equal(asked, 1);
});

Deno.test("a message whose acceptance was not heard is reported as not accepted", async () => {
  const news = followTurn({
    turnId: null,
    from: { text: 0, reasoning: 0 },
    first: new Response(": nothing\n\n"),
    open: () => Promise.reject(new Error("there is nothing to open")),
    wait: () => Promise.resolve(),
    signal: new AbortController().signal,
  });
  await assert.rejects(async () => await news.next(), NoConnection);
});

Deno.test("reasoning that is sent again after a break is taken once", async () => {
  const responses = [
    event("reasoning", 0, { text: "I look ", position: 0 }),
    event("reasoning", 0, { text: "I look at it", position: 0 }) + event("delta", 2, { text: "ok" }) +
    event("done", 2, { reply: "ok" }),
  ];
  const news: TurnNews[] = [];
  const following = followTurn({
    turnId: "t",
    from: { text: 0, reasoning: 0 },
    open: () => Promise.resolve(new Response(responses.shift() ?? "")),
    wait: () => Promise.resolve(),
    signal: new AbortController().signal,
  });
  for await (const item of following) news.push(item);
  assert.equal(news.map((item) => item.kind === "reasoning" ? item.text : "").join(""), "I look at it");
});

Deno.test("events are the same however their bytes are torn and their lines are ended", async () => {
  const line = fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, "").trimStart());
  const sent = fc.array(
    fc.record({
      event: fc.constantFrom("delta", "done"),
      id: fc.nat(),
      lines: fc.array(line, { minLength: 1, maxLength: 3 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      sent,
      fc.constantFrom("\n", "\r\n", "\r"),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      async (events, end, sizes) => {
        const text = events.map(({ event, id, lines }) =>
          [`event: ${event}`, ": a remark", `id: ${id}`, ...lines.map((data) => `data: ${data}`), "", ""].join(end)
        ).join("");
        // a carriage return at the very end may still be half a line end, so something follows it
        const bytes = new TextEncoder().encode(`${text}: end${end}`);
        const heard = [];
        for await (const item of readEvents(torn(bytes, sizes))) heard.push(item);
        assert.deepEqual(
          heard,
          events.map(({ event, id, lines }) => ({ event, id: String(id), data: lines.join("\n") })),
        );
      },
    ),
    { numRuns: 200 },
  );
});

function torn(bytes: Uint8Array<ArrayBuffer>, sizes: Iterator<number>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const size: number = sizes.next().value ?? 1;
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}
