/** Order: messages come in once, are answered one after the other, and background work waits for nobody. */
import assert from "node:assert/strict";
import { isChatError } from "../../server/domain/error.ts";
import { script } from "../fakes/model_script.ts";
import { ask, incoming, policy } from "./chat_on_store.ts";
import { claimNext, engineOn, eventually, everyone, fromStart, listen, type OpenDatabase } from "./turns_world.ts";

const owned = { owner: "test", leaseMs: 60_000 };

export function ordersContract(name: string, open: OpenDatabase): void {
  Deno.test(`${name}: one answer at a time in a conversation, the first asked first, in many at once`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { conversation, turn: first } = await ask(store, "one");
    const { turn: second } = await ask(store, "two", { conversation });
    const { turn: elsewhere } = await ask(store, "three");
    const claims = await Promise.all([0, 1, 2].map(() => store.turns.claim({ ...owned, background: false })));
    assert.deepEqual(new Set(claims.map((claim) => claim?.turn)), new Set([first, elsewhere, undefined]));
    const ofFirst = claims.find((claim) => claim?.turn === first)!;
    await store.turns.finish(ofFirst, { state: "done", text: "x" }, [], policy);
    assert.equal((await claimNext(store)).turn, second);
  });

  Deno.test(`${name}: a turn that waits to be tried again keeps its place before later ones`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { conversation, turn: first } = await ask(store, "one");
    await ask(store, "two", { conversation });
    const why = { reason: "broke off", errorCode: "cut_off", settlements: [] };
    assert.equal(await store.turns.release(await claimNext(store), why, policy), "queued");
    assert.equal((await claimNext(store)).turn, first);
  });

  Deno.test(`${name}: titles and summaries run beside the answers, and are queued once`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { conversation } = await ask(store, "one");
    const first = await claimNext(store);
    await store.turns.finish(first, { state: "done", text: "x" }, [], policy);
    assert.equal(await store.turns.enqueue(first, "title", 0), true);
    assert.equal(await store.turns.enqueue(first, "title", 0), false);
    assert.equal(await store.turns.enqueue(first, "summary", 2), true);
    await ask(store, "two", { conversation });
    const second = await claimNext(store);
    const background = [
      await store.turns.claim({ ...owned, background: true }),
      await store.turns.claim({ ...owned, background: true }),
    ];
    assert.deepEqual(background.map((claim) => claim?.kind), ["title", "summary"]);
    assert.equal(second.kind, "answer");
    for (const claim of background) await store.turns.finish(claim!, { state: "done", text: "Words" }, [], policy);
    assert.equal((await store.conversations.get(everyone, conversation)).title, "Words");
    assert.deepEqual(await store.conversations.summary(conversation, 3), { throughNumber: 2, text: "Words" });
  });

  Deno.test(`${name}: a message that is handed in again and again is stored once and has one turn`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const message = incoming("question", { platform: "chat", place: "chat:1", externalId: "event 1" });
    const options = { viewer: null, asksOutside: false };
    const receipts = await Promise.all(Array.from({ length: 10 }, () => store.turns.accept(message, options)));
    receipts.push(await store.turns.accept(message, options));
    assert.equal(new Set(receipts.map(({ turn }) => turn)).size, 1);
    assert.equal(receipts.filter(({ isNew }) => isNew).length, 1);
    // A platform's replay may carry a later edit of the text; it is the same message.
    const edited = await store.turns.accept({ ...message, text: "edited" }, options);
    assert.deepEqual([edited.isNew, edited.turn], [false, receipts[0]?.turn]);
    const rows = await opened.database.read.all`select 1 from messages where platform = 'chat'`;
    assert.equal(rows.length, 1);
    assert.equal((await opened.database.read.all`select 1 from conversations`).length, 1);
  });

  Deno.test(`${name}: a client's key that comes again with another text is refused`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const first = await ask(store, "question", { externalId: "key 1" });
    assert.deepEqual(await ask(store, "question", { externalId: "key 1" }), { ...first, isNew: false });
    await assert.rejects(
      ask(store, "another", { externalId: "key 1" }),
      (error: unknown) => isChatError(error, "conflict"),
    );
    assert.equal((await ask(store, "another", { externalId: "key 1", workspace: "other" })).isNew, true);
  });

  Deno.test(`${name}: what is only overheard is kept and not answered`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const chat = { platform: "chat", place: "chat:1" };
    const overheard = await ask(store, "by the way", { ...chat, addressed: false });
    assert.equal(overheard.turn, null);
    const { conversation } = await ask(store, "question", chat);
    const claim = await claimNext(store);
    assert.equal(claim.question.text, "question");
    assert.equal(await store.turns.claim({ ...owned, background: false }), undefined);
    const path = await store.conversations.path(conversation, claim.question.number, 10);
    assert.deepEqual(path.map(({ text }) => text), ["question", "by the way"]);
  });

  Deno.test(`${name}: the messages of one place share a conversation, also when the first two come at once`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const at = (place: string, workspace = "w") => ask(store, "hello", { platform: "chat", place, workspace });
    const [a, b, elsewhere] = await Promise.all([at("chat:1"), at("chat:1"), at("chat:2")]);
    const [later, stranger] = [await at("chat:1"), await at("chat:1", "another")];
    assert.equal(a.conversation, b.conversation);
    assert.equal(a.conversation, later.conversation);
    assert.equal(new Set([a, elsewhere, stranger].map(({ conversation }) => conversation)).size, 3);
    await store.conversations.delete(everyone, a.conversation);
    const fresh = await Promise.all([at("chat:1"), at("chat:1")]);
    assert.notEqual(fresh[0].conversation, a.conversation);
    assert.equal(fresh[0].conversation, fresh[1].conversation);
  });

  Deno.test(`${name}: twenty messages sent in a second are all answered, in order`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    await using working = engineOn(store);
    const { engine } = working;
    const { conversation } = await engine.receive(incoming("message 0"), everyone);
    const receipts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => engine.receive(incoming(`message ${i + 1}`, { conversation }), everyone)),
    );
    for (const [i, { turn }] of receipts.entries()) {
      assert.equal(await listen(engine, turn!), script(`message ${i + 1}`));
    }
    const { items } = await store.conversations.messages(everyone, conversation, { limit: 100, cursor: null });
    const questions = items.filter(({ role }) => role === "user");
    assert.deepEqual(
      new Set(questions.map(({ text }) => text)),
      new Set(Array.from({ length: 21 }, (_, i) => `message ${i}`)),
    );
    // Whatever the order in which a server took what came at once, it is the order of the answers.
    assert.deepEqual(items.map(({ text }) => text), questions.flatMap(({ text }) => [text, script(text)]));
    const ends = await Promise.all(questions.map(async ({ turn }) => (await engine.turn(everyone, turn!)).endedAt!));
    assert.deepEqual(ends, ends.toSorted((a, b) => a - b));
    assert.deepEqual(working.failures, []);
  });

  Deno.test(`${name}: a title of the person's own is never overwritten`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { conversation } = await ask(store, "question");
    const claim = await claimNext(store);
    await store.turns.finish(claim, { state: "done", text: "x" }, [], policy);
    await store.turns.enqueue(claim, "title", 0);
    await store.conversations.update(everyone, conversation, { title: "My own" });
    const title = (await store.turns.claim({ ...owned, background: true }))!;
    await store.turns.finish(title, { state: "done", text: "Another" }, [], policy);
    assert.equal((await store.conversations.get(everyone, conversation)).title, "My own");
  });

  Deno.test(`${name}: a new conversation gets a title after its first answer, and it is in the ledger`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    await using working = engineOn(store);
    const { engine } = working;
    const { conversation, turn } = await engine.receive(incoming("What is a lease?"), everyone);
    await listen(engine, turn!);
    await eventually(async () => (await store.conversations.get(everyone, conversation)).title !== null);
    const calls = await opened.database.read.all<{ purpose: string; state: string }>`
      select purpose, state from ledger order by purpose`;
    assert.deepEqual(calls.map(({ purpose, state }) => `${purpose} ${state}`), ["answer settled", "title settled"]);
    const read = await store.turns.read(everyone, turn!, fromStart);
    assert.equal(read?.turn.record?.model, "scripted/script");
    assert.deepEqual(working.failures, []);
  });
}
