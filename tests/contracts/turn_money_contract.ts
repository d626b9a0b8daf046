/** Money: nothing is overspent, nothing understated, nothing left reserved. */
import assert from "node:assert/strict";
import type { Database } from "../../adapters/stores/sql/sql.ts";
import { isChatError } from "../../server/domain/error.ts";
import type { Reservation } from "../../server/domain/ledger.ts";
import { ask, policy } from "./chat_on_store.ts";
import { claimNext, type OpenDatabase, overAtOnceMs } from "./turns_world.ts";

export const usage = {
  ...{ inputTokens: 10, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0 },
  isReported: true,
};

export function reservation(microUsd: number, call = 0): Reservation {
  return { call, microUsd, purpose: "answer", model: "scripted/script" };
}

export async function limitTo(database: Database, microUsd: number): Promise<void> {
  await database.transaction((sql) =>
    sql.run`insert into budgets (workspace_id, limit_micro_usd) values ('w', ${microUsd}) on conflict do nothing`
  );
}

export async function budget(database: Database): Promise<{ spent: number; reserved: number }> {
  const row = await database.read.get<{ spent: number; reserved: number }>`
    select spent_micro_usd as spent, reserved_micro_usd as reserved from budgets where workspace_id = 'w'`;
  return { spent: Number(row?.spent), reserved: Number(row?.reserved) };
}

const isOverBudget = (error: unknown) => isChatError(error, "over_budget");

export function moneyContract(name: string, open: OpenDatabase): void {
  Deno.test(`${name}: two hundred calls at once never overspend a budget for thirty-seven`, async () => {
    await using opened = await open();
    const { database } = opened;
    const store = opened.storeOver(database);
    await limitTo(database, 3700);
    for (let k = 0; k < 200; k++) await ask(store, `question ${k}`);
    const claims = await Promise.all(Array.from({ length: 200 }, () => claimNext(store)));
    const results = await Promise.allSettled(claims.map((claim) => store.ledger.reserve(claim, reservation(100))));
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 37);
    for (const result of results) if (result.status === "rejected") assert.ok(isOverBudget(result.reason));
    assert.deepEqual(await budget(database), { spent: 0, reserved: 3700 });
    const settlement = { call: 0, costMicroUsd: 40, usage };
    for (const claim of claims) await store.turns.finish(claim, { state: "done", text: "x" }, [settlement], policy);
    assert.deepEqual(await budget(database), { spent: 37 * 40, reserved: 0 });
  });

  Deno.test(`${name}: a workspace without a budget may spend, and what it spends is counted`, async () => {
    await using opened = await open();
    const { database } = opened;
    const store = opened.storeOver(database);
    for (let k = 0; k < 20; k++) await ask(store, `question ${k}`);
    const claims = await Promise.all(Array.from({ length: 20 }, () => claimNext(store)));
    await Promise.all(claims.map((claim) => store.ledger.reserve(claim, reservation(1_000_000))));
    assert.deepEqual(await budget(database), { spent: 0, reserved: 20_000_000 });
  });

  Deno.test(`${name}: several calls of one attempt are each reserved and each settled once`, async () => {
    await using opened = await open();
    const { database } = opened;
    const store = opened.storeOver(database);
    await limitTo(database, 1000);
    const { conversation } = await ask(store, "question");
    const claim = await claimNext(store);
    await store.ledger.reserve(claim, reservation(300, 0));
    await store.ledger.reserve(claim, reservation(300, 1));
    await store.ledger.reserve(claim, reservation(300, 1)); // a repeat
    await assert.rejects(store.ledger.reserve(claim, reservation(500, 2)), isOverBudget);
    assert.deepEqual(await budget(database), { spent: 0, reserved: 600 });
    const settlements = [{ call: 0, costMicroUsd: 10, usage }, { call: 1, costMicroUsd: 20, usage }];
    await store.turns.finish(claim, { state: "done", text: "x" }, settlements, policy);
    await store.turns.settle(claim, settlements);
    assert.deepEqual(await budget(database), { spent: 30, reserved: 0 });
    const totals = await store.ledger.totals({ workspace: "w", conversation });
    assert.deepEqual(
      { calls: totals.calls, cost: totals.costMicroUsd, tokens: totals.inputTokens },
      { calls: 2, cost: 30, tokens: 20 },
    );
  });

  Deno.test(`${name}: a call lost in a crash counts in full until its true cost is known, also late`, async () => {
    await using opened = await open();
    const { database } = opened;
    const store = opened.storeOver(database);
    await limitTo(database, 1000);
    await ask(store, "question");
    const claim = await claimNext(store, { owner: "crashed", leaseMs: overAtOnceMs });
    await store.ledger.reserve(claim, reservation(400));
    await store.turns.recover({ owner: "next", othersAreDead: false }, policy);
    assert.deepEqual(await budget(database), { spent: 400, reserved: 0 });
    await store.turns.settle(claim, [{ call: 0, costMicroUsd: 7, usage }]);
    await store.turns.settle(claim, [{ call: 0, costMicroUsd: 7, usage }]);
    assert.deepEqual(await budget(database), { spent: 7, reserved: 0 });
  });

  Deno.test(`${name}: a relayed call is reserved, settled once, and charged in full when its process is gone`, async () => {
    await using opened = await open();
    const { database } = opened;
    const { ledger } = opened.storeOver(database);
    await limitTo(database, 1000);
    const call = (id: string) => ({ workspace: "w", id, person: null });
    const owned = { owner: "a", leaseMs: 60_000 };
    await ledger.reserveFree(call("one"), reservation(400), owned);
    await ledger.reserveFree(call("one"), reservation(400), owned); // a repeat
    await ledger.reserveFree(call("two"), reservation(400), owned);
    await assert.rejects(ledger.reserveFree(call("three"), reservation(400), owned), isOverBudget);
    await ledger.settleFree(call("one"), { call: 0, costMicroUsd: 30, usage });
    assert.deepEqual(await budget(database), { spent: 30, reserved: 400 });
    assert.equal(await ledger.expireFree({ owner: "b", othersAreDead: false }), 0);
    assert.equal(await ledger.expireFree({ owner: "a", othersAreDead: true }), 0);
    assert.equal(await ledger.expireFree({ owner: "b", othersAreDead: true }), 1);
    assert.deepEqual(await budget(database), { spent: 430, reserved: 0 });
    await ledger.reserveFree(call("four"), reservation(100), { owner: "a", leaseMs: overAtOnceMs });
    assert.equal(await ledger.expireFree({ owner: "a", othersAreDead: false }), 1);
    assert.deepEqual(await budget(database), { spent: 530, reserved: 0 });
    await ledger.settleFree(call("four"), { call: 0, costMicroUsd: 1, usage });
    assert.deepEqual(await budget(database), { spent: 431, reserved: 0 });
  });
}
