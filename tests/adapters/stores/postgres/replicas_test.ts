/** Several processes on one database: they share the work, and hear of each other at once. */
import assert from "node:assert/strict";
import { incoming } from "../../../contracts/chat_on_store.ts";
import { engineOn, eventually, everyone, fromStart, listen } from "../../../contracts/turns_world.ts";
import { script } from "../../../fakes/model_script.ts";
import { openScriptedProvider } from "../../../fakes/scripted_provider.ts";
import { openAt } from "./opened.ts";
import { startPostgres } from "./server.ts";

const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

Deno.test("two programs on one database answer every question once, whoever took it in, and both take part", async () => {
  const url = await server.newDatabase();
  await using here = await openAt(url);
  await using there = await openAt(url);
  const calls = [0, 0];
  const providers = calls.map((_, i) => {
    const provider = openScriptedProvider({ tokenMs: 5 });
    const generate: typeof provider.generate = (...asked) => (calls[i]!++, provider.generate(...asked));
    return async () => [{ ...provider, generate }];
  });
  await using one = engineOn(here.store, { maxAnswers: 3, providers: providers[0]! });
  await using two = engineOn(there.store, { maxAnswers: 3, providers: providers[1]! });
  const receipts = await Promise.all(
    Array.from({ length: 30 }, (_, i) => one.engine.receive(incoming(`question ${i}`), everyone)),
  );
  const heard = await Promise.all(receipts.map(({ turn }) => listen(two.engine, turn!)));
  assert.deepEqual(heard, receipts.map((_, i) => script(`question ${i}`)));
  const rows = await here.database.read.all<{ attempt: number }>`select attempt from turns where kind = 'answer'`;
  assert.ok(rows.length === 30 && rows.every(({ attempt }) => attempt === 1));
  assert.deepEqual([...one.failures, ...two.failures], []);
  assert.ok(calls.every((n) => n > 5), `calls of each: ${calls}`);
});

Deno.test("an answer that is written in one program is followed live in another", async () => {
  const url = await server.newDatabase();
  await using here = await openAt(url);
  await using there = await openAt(url);
  const slow = openScriptedProvider({ tokenMs: 30 });
  await using writing = engineOn(here.store, { providers: async () => [slow] });
  await using reading = engineOn(there.store, { maxAnswers: 0, maxBackground: 0 });
  const hello = await writing.engine.receive(incoming("warm up"), everyone);
  await listen(reading.engine, hello.turn!);
  const { turn } = await writing.engine.receive(incoming("a question with a long answer"), everyone);
  const at: number[] = [];
  for await (const event of reading.engine.attach(everyone, turn!, fromStart, AbortSignal.timeout(20_000))) {
    if ("ended" in event) break;
    at.push(performance.now());
  }
  const waits = at.slice(1).map((ms, i) => ms - at[i]!).toSorted((a, b) => a - b);
  // Without hints it would look once a second.
  assert.ok(at.length > 3 && waits[Math.floor(waits.length / 2)]! < 400, `${at.length} pieces, waits ${waits}`);
});

Deno.test("who listens hears what others tell, also after the server was away, and stops at once", async () => {
  const url = await server.newDatabase();
  await using here = await openAt(url);
  await using there = await openAt(url);
  const stopping = new AbortController();
  const heard: string[] = [];
  const listening = (async () => {
    for await (const payload of there.store.bus.subscribe("hints", stopping.signal)) heard.push(payload);
  })();
  const tell = (word: string) =>
    eventually(async () => {
      await here.store.bus.publish("hints", word);
      return heard.includes(word);
    });
  await tell("before");
  await server.whileDown(async () => {});
  await tell("after");
  stopping.abort();
  await listening;
});

Deno.test("a workspace with a crowd before it does not wait for the crowd", async () => {
  await using opened = await openAt(await server.newDatabase());
  const { turns } = opened.store;
  const say = (workspace: string, text: string) =>
    turns.accept(incoming(text, { workspace }), { viewer: null, asksOutside: false });
  for (let i = 0; i < 40; i++) await say("crowd", `question ${i}`);
  await say("quiet", "hello");
  await say("third", "hello too");
  const claims: string[] = [];
  for (let i = 0; i < 6; i++) {
    claims.push((await turns.claim({ owner: "test", leaseMs: 60_000, background: false }))!.workspace);
  }
  assert.deepEqual(claims, ["crowd", "quiet", "third", "crowd", "crowd", "crowd"]);
  const all = await Promise.all(
    Array.from({ length: 50 }, () => turns.claim({ owner: "test", leaseMs: 60_000, background: false })),
  );
  const taken = all.flatMap((claim) => claim ? [claim.turn] : []);
  assert.deepEqual([taken.length, new Set(taken).size], [36, 36]);
});
