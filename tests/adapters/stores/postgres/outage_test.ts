/** What a server that goes away does to a program that uses it: it waits a little, and loses and doubles nothing. */
import assert from "node:assert/strict";
import { isChatError } from "../../../../server/domain/error.ts";
import { ask, incoming, policy } from "../../../contracts/chat_on_store.ts";
import { claimNext, engineOn, everyone, fromStart, listen } from "../../../contracts/turns_world.ts";
import { openScriptedProvider } from "../../../fakes/scripted_provider.ts";
import { script } from "../../../fakes/model_script.ts";
import { openAt } from "./opened.ts";
import { startPostgres } from "./server.ts";

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const server = await startPostgres();
Deno.test.afterAll(() => server[Symbol.asyncDispose]());

Deno.test("while the server is restarted three times, everything that is said is stored and answered once", async () => {
  await using opened = await openAt(await server.newDatabase());
  const { store, url } = opened;
  const provider = openScriptedProvider({ tokenMs: 3 });
  await using working = engineOn(store, { providers: async () => [provider], leaseMs: 2000 });
  const { engine } = working;
  let isOver = false;
  const said: Promise<{ text: string; turn: string }>[] = [];
  const speak = async (speaker: number) => {
    for (let k = 0; !isOver; k++) {
      const text = `question ${k} of ${speaker}`;
      said.push(engine.receive(incoming(text), everyone).then(({ turn }) => ({ text, turn: turn! })));
      await said.at(-1);
      await pause(60);
    }
  };
  const speakers = [0, 1, 2, 3].map(speak);
  for (let i = 0; i < 3; i++) {
    await pause(500);
    await server.whileDown(() => pause(150 * i));
  }
  isOver = true;
  await Promise.all(speakers);
  const accepted = await Promise.all(said);
  assert.ok(accepted.length > 20, `only ${accepted.length} questions`);
  for (const { text, turn } of accepted) {
    let heard = await listen(engine, turn);
    while ((await engine.turn(everyone, turn)).state === "interrupted") {
      await engine.continue(everyone, turn);
      heard = await listen(engine, turn);
    }
    assert.equal(heard, script(text));
  }
  const [counts] = await server.query<{ questions: number; answers: number; turns: number }>(
    url,
    `select count(*) filter (where role = 'user') as questions, count(distinct text) filter (where role = 'user') as texts,
      count(*) filter (where role = 'assistant' and text is not null) as answers,
      (select count(*) from turns where kind = 'answer' and state = 'done') as turns from messages`,
  );
  const n = accepted.length;
  assert.deepEqual(counts, { questions: n, texts: n, answers: n, turns: n });
});

Deno.test("a server that stays away is said to be, with the time to try again, and used again when it is back", async () => {
  await using opened = await openAt(await server.newDatabase(), { patienceMs: 300 });
  const { store } = opened;
  await store.ping();
  await server.whileDown(async () => {
    const startedAt = performance.now();
    await assert.rejects(
      ask(store, "lost?"),
      (error) => isChatError(error, "unavailable") && error.retryAfterMs! > 0 && /does not answer/.test(error.message),
    );
    assert.ok(performance.now() - startedAt < 3000);
    await assert.rejects(store.ping(), (error) => isChatError(error, "unavailable"));
  });
  const { turn } = await ask(store, "kept");
  assert.equal((await store.turns.read(everyone, turn!, fromStart))?.turn.state, "queued");
});

Deno.test("a process that is paused inside a transaction holds nobody up, and finds its work done over when it goes on", async () => {
  await using opened = await openAt(await server.newDatabase());
  const { database } = opened;
  await database.transaction((sql) => sql.run`insert into budgets (workspace_id) values ('w')`);
  const spend = (n: number, pause: Promise<void>) =>
    database.transaction(async (sql) => {
      runs++;
      await sql.run`update budgets set spent_micro_usd = spent_micro_usd + ${n} where workspace_id = 'w'`;
      await pause;
      await sql.get`select 1`;
    });
  let runs = 0;
  const paused = Promise.withResolvers<void>();
  const slow = spend(1, paused.promise);
  await pause(100);
  const startedAt = performance.now();
  await spend(10, Promise.resolve());
  const waitedMs = performance.now() - startedAt;
  assert.ok(waitedMs > 500 && waitedMs < 4500, `${waitedMs} ms`);
  paused.resolve();
  await slow;
  const row = await database.read.get<{ spent: number }>`select spent_micro_usd as spent from budgets`;
  assert.deepEqual({ runs, ...row }, { runs: 3, spent: 11 });
});

Deno.test("two transactions that wait for each other both come through", async () => {
  await using opened = await openAt(await server.newDatabase());
  const { database } = opened;
  await database.transaction((sql) => sql.run`insert into budgets (workspace_id) values ('a'), ('b')`);
  const both = Promise.withResolvers<void>();
  let begun = 0;
  const spend = (first: string, second: string) =>
    database.transaction(async (sql) => {
      await sql.run`update budgets set spent_micro_usd = spent_micro_usd + 1 where workspace_id = ${first}`;
      if (++begun === 2) both.resolve();
      await both.promise;
      await sql.run`update budgets set spent_micro_usd = spent_micro_usd + 1 where workspace_id = ${second}`;
    });
  await Promise.all([spend("a", "b"), spend("b", "a")]);
  const rows = await database.read.all<{ spent: number }>`select spent_micro_usd as spent from budgets`;
  assert.deepEqual(rows, [{ spent: 2 }, { spent: 2 }]);
  assert.equal(begun, 3);
});

Deno.test("after the server was away, an owner that lives has one lease to say so before its turn is taken from it", async () => {
  const [url] = [await server.newDatabase()];
  await using owner = await openAt(url);
  await using other = await openAt(url);
  await ask(owner.store, "question");
  const leaseMs = 1500;
  const claim = await claimNext(owner.store, { owner: "alive", leaseMs: 300 });
  await server.whileDown(() => pause(400));
  const recover = () => other.store.turns.recover({ owner: "other", othersAreDead: false, leaseMs }, policy);
  assert.deepEqual(await recover(), []); // its lease is over, through no fault of its own
  assert.equal(await owner.store.turns.renew(claim, 300), false);
  await pause(leaseMs);
  assert.deepEqual(await recover(), [claim.turn]); // now it had its chance
});
