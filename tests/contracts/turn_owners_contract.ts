/** Owners: who lost a turn writes nothing to it, what runs twice counts once, and what was lost is taken up. */
import assert from "node:assert/strict";
import type { Database } from "../../adapters/stores/sql/sql.ts";
import { isChatError } from "../../server/domain/error.ts";
import type { Chunk } from "../../server/domain/turn.ts";
import { ask, policy } from "./chat_on_store.ts";
import { budget, limitTo, reservation, usage } from "./turn_money_contract.ts";
import { claimNext, everyone, fromStart, type OpenDatabase, overAtOnceMs } from "./turns_world.ts";

const isLeaseLost = (error: unknown) => isChatError(error, "lease_lost");
const leaseMs = 60_000;

export function piece(position: number, text: string, channel: Chunk["channel"] = "text"): Chunk {
  return { channel, position, text };
}

export function ownersContract(name: string, open: OpenDatabase): void {
  Deno.test(`${name}: an owner that lost its lease can write nothing but the true cost`, async () => {
    await using opened = await open();
    const { database } = opened;
    const store = opened.storeOver(database);
    const { turns, ledger } = store;
    await limitTo(database, 1000);
    const { turn } = await ask(store, "question");
    const old = await claimNext(store, { owner: "paused", leaseMs: overAtOnceMs });
    await ledger.reserve(old, reservation(100));
    assert.deepEqual(await turns.recover({ owner: "other", othersAreDead: false }, policy), [turn]);
    const refused = async () => {
      await assert.rejects(turns.append(old, piece(0, "stale"), leaseMs), isLeaseLost);
      await assert.rejects(turns.append(old, piece(0, "stale", "reasoning"), leaseMs), isLeaseLost);
      await assert.rejects(turns.renew(old, leaseMs), isLeaseLost);
      await assert.rejects(turns.finish(old, { state: "done", text: "stale" }, [], policy), isLeaseLost);
      const why = { reason: "stale", errorCode: "stale", settlements: [] };
      await assert.rejects(turns.release(old, why, policy), isLeaseLost);
      await assert.rejects(ledger.reserve(old, reservation(100, 1)), isLeaseLost);
    };
    await refused();
    const current = await claimNext(store, { owner: "other" });
    assert.deepEqual([current.turn, current.attempt], [turn, old.attempt + 1]);
    await refused();
    await turns.settle(old, [{ call: 0, costMicroUsd: 7, usage }]);
    assert.deepEqual(await budget(database), { spent: 7, reserved: 0 });
    await turns.finish(current, { state: "done", text: "fresh" }, [], policy);
    await refused();
    const read = await turns.read(everyone, turn!, fromStart);
    assert.deepEqual([read?.turn.state, read?.text], ["done", "fresh"]);
  });

  Deno.test(`${name}: a transaction whose commit was answered by a lost connection may run again`, async () => {
    await using opened = await open();
    const { database } = opened;
    const [once, again] = [opened.storeOver(database), opened.storeOver(bodyTwice(database))];
    await limitTo(database, 1000);
    const { turn, conversation } = await ask(again, "question", { place: "chat:1", platform: "chat" });
    const claim = await claimNext(once);
    await again.ledger.reserve(claim, reservation(100));
    await again.turns.append(claim, piece(0, "Hello "), leaseMs);
    await again.turns.append(claim, piece(6, "wor"), leaseMs);
    await again.turns.settle(claim, []);
    await again.turns.recover({ owner: "next", othersAreDead: true }, policy); // interrupted, its call charged in full
    assert.deepEqual(await budget(database), { spent: 100, reserved: 0 });
    assert.equal(await again.turns.continue(everyone, turn!), true);
    const second = await claimNext(once);
    await again.ledger.reserve(second, reservation(100));
    await again.turns.append(second, piece(9, "ld"), leaseMs);
    const settlements = [{ call: 0, costMicroUsd: 5, usage }];
    await again.turns.finish(second, { state: "done", text: "Hello world" }, settlements, policy);
    await again.turns.enqueue(second, "title", 0);
    const regenerated = await again.turns.regenerate(everyone, turn!, {
      ...{ model: null, asksOutside: false, allowOutside: false },
    });
    const third = await claimNext(once);
    await again.turns.finish(third, { state: "done", text: "Hello again" }, [], policy);
    assert.equal(regenerated.turn, third.turn);
    const messages = await database.read.all<{ text: string }>`
      select text from messages where conversation_id = ${conversation} order by number`;
    assert.deepEqual(messages.map(({ text }) => text), ["question", "Hello world", "Hello again"]);
    const turns = await database.read.all<{ kind: string }>`select kind from turns order by kind`;
    assert.deepEqual(turns.map(({ kind }) => kind), ["answer", "answer", "title"]);
    assert.equal((await database.read.all`select 1 from deliveries where turn_id = ${turn}`).length, 1);
    assert.equal((await database.read.all`select 1 from turn_chunks`).length, 0);
    assert.deepEqual(await budget(database), { spent: 105, reserved: 0 });
  });

  Deno.test(`${name}: a piece that leaves a gap or goes back before what was shown is refused`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { turn } = await ask(store, "question");
    const claim = await claimNext(store);
    await store.turns.append(claim, piece(0, "Hello "), leaseMs);
    await store.turns.append(claim, piece(0, "Hello "), leaseMs); // a repeat
    await assert.rejects(store.turns.append(claim, piece(9, "ld"), leaseMs), isLeaseLost);
    await assert.rejects(store.turns.append(claim, piece(0, "Other words"), leaseMs), isLeaseLost);
    await store.turns.append(claim, piece(6, "world"), leaseMs);
    const read = await store.turns.read(everyone, turn!, fromStart);
    assert.deepEqual([read?.text, read?.turn.shown], ["Hello world", 11]);
  });

  Deno.test(`${name}: a claim whose commit was answered by a lost connection finds what it has claimed`, async () => {
    await using opened = await open();
    const { database } = opened;
    const [once, again] = [database, bodyTwice(database)].map(opened.storeOver);
    const receipts = [await ask(once!, "one"), await ask(once!, "two", { place: "chat:1", platform: "chat" })];
    const claims = await Promise.all([claimNext(again!), claimNext(again!)]);
    assert.deepEqual(new Set(claims.map(({ turn }) => turn)), new Set(receipts.map(({ turn }) => turn)));
    assert.deepEqual(claims.map(({ attempt }) => attempt), [1, 1]);
    for (const claim of claims) await once!.turns.finish(claim, { state: "done", text: "posted" }, [], policy);
    assert.equal((await again!.deliveries.claim({ owner: "test", leaseMs }))?.attempt, 1);
  });

  Deno.test(`${name}: a job that fails undoes only itself in a group commit`, async () => {
    await using opened = await open();
    const { database } = opened;
    await limitTo(database, 1000);
    const spend = (fails: boolean) =>
      database.transaction(async (sql) => {
        await sql.run`update budgets set spent_micro_usd = spent_micro_usd + 1 where workspace_id = 'w'`;
        if (fails) throw new Error("no");
      });
    const results = await Promise.allSettled(Array.from({ length: 40 }, (_, i) => spend(i % 3 === 0)));
    assert.equal(results.filter(({ status }) => status === "rejected").length, 14);
    assert.equal((await budget(database)).spent, 26);
  });

  Deno.test(`${name}: a lost turn that has shown nothing is tried again, and fails with a notice in the end`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { turn } = await ask(store, "question", { place: "chat:1", platform: "chat" });
    for (let attempt = 1; attempt <= policy.maxTries; attempt++) {
      const claim = await claimNext(store, { leaseMs: overAtOnceMs });
      assert.equal(claim.attempt, attempt);
      await store.turns.recover({ owner: "test", othersAreDead: false }, policy);
      const state = (await store.turns.read(everyone, turn!, fromStart))?.turn.state;
      assert.equal(state, attempt < policy.maxTries ? "queued" : "failed");
    }
    const failed = (await store.turns.read(everyone, turn!, fromStart))!.turn;
    assert.deepEqual([failed.notice, failed.retryable], [policy.failureNotice, true]);
    const posted = await store.deliveries.claim({ owner: "test", leaseMs });
    assert.equal(posted?.text, policy.failureNotice);
  });

  Deno.test(`${name}: a lost turn that has shown something is interrupted, and goes on by itself where nobody can press a button`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const patient = { ...policy, continuesByItself: () => true };
    const onWeb = await ask(store, "on the web");
    const inChat = await ask(store, "in a chat", { place: "chat:1", platform: "chat" });
    for (const _ of [onWeb, inChat]) {
      const claim = await claimNext(store, { leaseMs: overAtOnceMs });
      await store.turns.append(claim, piece(0, "so far 😀"), overAtOnceMs);
    }
    await store.turns.recover({ owner: "test", othersAreDead: false }, patient);
    const states = async () =>
      await Promise.all([onWeb, inChat].map(async ({ turn }) => {
        const read = await store.turns.read(everyone, turn!, fromStart);
        return [read?.turn.state, read?.text];
      }));
    assert.deepEqual(await states(), [["interrupted", "so far 😀"], ["queued", "so far 😀"]]);
    const next = await claimNext(store);
    assert.deepEqual([next.turn, next.prefix], [inChat.turn, "so far 😀"]);
    for (let tries = 2; tries <= policy.maxTries; tries++) {
      if (tries > 2) await claimNext(store);
      await store.turns.recover({ owner: "another", othersAreDead: true }, patient);
    }
    assert.deepEqual(await states(), [["interrupted", "so far 😀"], ["failed", "so far 😀"]]);
    const posted = await store.deliveries.claim({ owner: "test", leaseMs });
    assert.equal(posted?.text, `so far 😀\n\n${policy.failureNotice}`);
  });

  Deno.test(`${name}: a renewal that came before the recovery keeps the turn`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    await ask(store, "question");
    const claim = await claimNext(store, { leaseMs: overAtOnceMs });
    await Promise.all([
      store.turns.renew(claim, leaseMs),
      store.turns.recover({ owner: "other", othersAreDead: false }, policy),
    ]);
    assert.equal(await store.turns.renew(claim, leaseMs), false);
  });
}

/** A database on which every body is committed, forgotten, and then run once more. */
function bodyTwice(database: Database): Database {
  return {
    ...database,
    transaction: async (work) => (await database.transaction(work), await database.transaction(work)),
  };
}
