/** What every store does when everything in it is moved elsewhere. */
import assert from "node:assert/strict";
import { isChatError } from "../../server/domain/error.ts";
import type { ArchiveRow, Store } from "../../server/domain/store.ts";
import { ask, everything, policy, talk } from "./chat_on_store.ts";
import type { OpenStore } from "./store_contract.ts";

export function archiveContract(name: string, open: OpenStore): void {
  Deno.test(`${name}: everything that is exported can be imported elsewhere, and exported again is the same`, async () => {
    await using here = await open();
    await using there = await open();
    await fill(here.store);
    const rows = await Array.fromAsync(here.store.exportRows());
    assert.deepEqual(await there.store.importRows(stream(rows)), { rows: rows.length });
    assert.deepEqual(await Array.fromAsync(there.store.exportRows()), rows);
    const found = await there.store.conversations.search(everything, "unmistakable", { limit: 5, cursor: null });
    assert.equal(found.items.length, 1);
  });

  Deno.test(`${name}: an export is the store as it was when it began, while others write`, async () => {
    await using here = await open();
    const { store } = here;
    await fill(store);
    const before = await Array.fromAsync(store.exportRows());
    const rows: ArchiveRow[] = [];
    for await (const row of store.exportRows()) {
      if (rows.length % 5 === 0) await ask(store, `meanwhile ${rows.length}`);
      rows.push(row);
    }
    assert.deepEqual(rows, before);
  });

  Deno.test(`${name}: an import that fails leaves nothing, and says what does not fit`, async () => {
    await using here = await open();
    await using there = await open();
    await fill(here.store);
    const rows = await Array.fromAsync(here.store.exportRows());
    const message = rows.find((row) => row.table === "messages")!;
    const faults: readonly (readonly [ArchiveRow, RegExp])[] = [
      [{ table: "spies", row: {} }, /"spies"/],
      [{ table: "messages", row: { ...message.row, colour: "red" } }, /"messages".*"colour"/],
      [{ table: "messages", row: { ...message.row, id: 5 } }, /"messages".*"id"/],
      [{ table: "messages", row: { ...message.row, number: 1.5 } }, /"messages".*"number"/],
      [{ table: "messages", row: { ...message.row, id: null } }, /"messages"/],
      [message, /"messages"/],
      [{ table: "messages", row: JSON.parse('{"__proto__": "x"}') }, /"messages".*"__proto__"/],
    ];
    for (const [fault, said] of faults) {
      await assert.rejects(
        there.store.importRows(stream([...rows, fault])),
        (error) => isChatError(error, "invalid") && said.test(error.message),
        JSON.stringify(fault),
      );
    }
    assert.deepEqual(await Array.fromAsync(there.store.exportRows()), []);
    await there.store.importRows(stream(rows));
  });

  Deno.test(`${name}: an import never mixes with what is there`, async () => {
    await using here = await open();
    await fill(here.store);
    await assert.rejects(here.store.importRows(stream([])), (error) => isChatError(error, "conflict"));
  });

  Deno.test(`${name}: while an import reads slowly, other writes wait and are not lost`, async () => {
    await using here = await open();
    await using there = await open();
    await fill(here.store);
    const rows = await Array.fromAsync(here.store.exportRows());
    const slow = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const importing = there.store.importRows(async function* () {
      yield* rows.slice(0, 3);
      reached.resolve();
      await slow.promise;
      yield* rows.slice(3);
    }());
    await reached.promise;
    const asking = ask(there.store, "am I heard?");
    slow.resolve();
    await Promise.all([importing, asking]);
    const found = await there.store.conversations.search(everything, "heard", { limit: 5, cursor: null });
    assert.equal(found.items.length, 1);
  });
}

/** Something in every table that a store fills by itself. */
async function fill(store: Store): Promise<void> {
  const file = (length: number) => ({ name: "f", mediaType: "image/png", bytes: new Uint8Array(length).fill(7) });
  const { conversation } = await talk(store, "unmistakable", "yes", { attachments: [1, 2, 3, 4, 5, 0].map(file) });
  for (let i = 0; i < 210; i++) await ask(store, `overheard ${i}`, { conversation, addressed: false });
  await talk(store, "posted", "there", {
    platform: "discord",
    place: "discord:1",
    author: { identity: "discord:5", name: "Bö", isBot: false },
  });
  await ask(store, "waits", { allowOutside: true });
  const claim = (await store.turns.claim({ owner: "test", leaseMs: 1000, background: false }))!;
  await store.ledger.reserve(claim, { call: 0, purpose: "answer", model: "a/b", microUsd: 55 });
  await store.turns.append(claim, { channel: "text", position: 0, text: "half 🙂" }, 1000);
  await store.turns.append(claim, { channel: "reasoning", position: 0, text: "hm" }, 1000);
  await store.turns.enqueue(claim, "summary", 1);
  const summary = (await store.turns.claim({ owner: "test", leaseMs: 1000, background: true }))!;
  await store.turns.finish(summary, { state: "done", text: "in short" }, [], policy);
}

async function* stream(rows: readonly ArchiveRow[]): AsyncGenerator<ArchiveRow> {
  yield* rows;
}
