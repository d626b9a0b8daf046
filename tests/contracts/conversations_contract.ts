/** What every store does with conversations: listing, changing, hiding, purging, and the messages in them. */
import assert from "node:assert/strict";
import type { Page } from "../../server/domain/conversation.ts";
import { isChatError } from "../../server/domain/error.ts";
import { answerAll, ask, everything, policy, talk, viewerOf } from "./chat_on_store.ts";
import type { OpenStore } from "./store_contract.ts";

export function conversationsContract(name: string, open: OpenStore): void {
  Deno.test(`${name}: conversations are listed pinned first, then newest, page by page without gap or repeat`, async () => {
    await using opened = await open();
    const { store } = opened;
    const ids: string[] = [];
    for (let i = 0; i < 7; i++) ids.push((await talk(store, `question ${i}`, "yes")).conversation);
    await store.conversations.update(everything, ids[2]!, { isPinned: true, title: "Kept" });
    await store.conversations.update(everything, ids[4]!, { isArchived: true });
    const listed = await pages((cursor) => store.conversations.list(everything, { limit: 2, cursor, archived: false }));
    const times = listed.slice(1).map((c) => [c.updatedAt, c.id] as const);
    assert.deepEqual(listed.map((c) => c.id).toSorted(), ids.filter((id) => id !== ids[4]).toSorted());
    assert.equal(listed[0]?.id, ids[2]);
    assert.equal(listed[0]?.title, "Kept");
    assert.deepEqual(times, times.toSorted(([a, x], [b, y]) => b - a || (x < y ? 1 : -1)));
    const archived = await store.conversations.list(everything, { limit: 10, cursor: null, archived: true });
    assert.deepEqual(archived.items.map((c) => c.id), [ids[4]]);
  });

  Deno.test(`${name}: nobody sees, changes or searches another's conversation`, async () => {
    await using opened = await open();
    const { store: { conversations }, store } = opened;
    const { conversation, message } = await talk(store, "my secret garden", "lovely");
    await talk(store, "hello", "hi", { author: { identity: "bob", name: "Bob", isBot: false } });
    const bob = await viewerOf(store, "bob");
    const stranger = { workspace: "elsewhere", person: null };
    for (const viewer of [bob, stranger]) {
      const refused = [
        () => conversations.get(viewer, conversation),
        () => conversations.update(viewer, conversation, { title: "mine" }),
        () => conversations.delete(viewer, conversation),
        () => conversations.restore(viewer, conversation),
        () => conversations.messages(viewer, conversation, { limit: 5, cursor: null }),
        () => conversations.lastMessages(viewer, conversation, { limit: 5, cursor: null }),
        () => conversations.switchTo(viewer, message),
        () => conversations.attachment(viewer, message, 0),
      ];
      for (const call of refused) await assert.rejects(call(), (error) => isChatError(error, "not_found"));
      const listed = await conversations.list(viewer, { limit: 9, cursor: null, archived: false });
      assert.ok(listed.items.every((c) => c.id !== conversation));
      assert.deepEqual((await conversations.search(viewer, "secret", { limit: 9, cursor: null })).items, []);
    }
    assert.equal((await conversations.get(everything, conversation)).title, null);
    const ann = await viewerOf(store, "local");
    assert.equal((await conversations.get(ann, conversation)).person, ann.person);
    assert.equal((await conversations.list(ann, { limit: 9, cursor: null, archived: false })).items.length, 1);
  });

  Deno.test(`${name}: a change keeps what it does not name`, async () => {
    await using opened = await open();
    const { store: { conversations }, store } = opened;
    const { conversation } = await talk(store, "hello", "hi", { model: "local/small" });
    await conversations.update(everything, conversation, { title: "Greeting" });
    const changed = await conversations.update(everything, conversation, { isPinned: true, model: null });
    assert.equal(changed.title, "Greeting");
    assert.equal(changed.isPinned, true);
    assert.equal(changed.model, null);
  });

  Deno.test(`${name}: a conversation that has gone outside stays outside`, async () => {
    await using opened = await open();
    const { store: { conversations }, store } = opened;
    const { conversation } = await talk(store, "hello", "hi");
    const reach = async () => (await conversations.get(everything, conversation)).reach;
    assert.equal(await reach(), null);
    await conversations.setReach(conversation, "local");
    assert.equal(await reach(), "local");
    await conversations.update(everything, conversation, { allowOutside: true });
    await conversations.setReach(conversation, "local");
    assert.equal(await reach(), "outside");
  });

  Deno.test(`${name}: a deleted conversation can be brought back until it is purged, then nothing of it is left`, async () => {
    await using opened = await open();
    const { store: { conversations }, store } = opened;
    const file = { name: "a.txt", mediaType: "text/plain", bytes: new Uint8Array([1]) };
    const { conversation } = await talk(store, "unmistakable", "hi", { place: "web:1", attachments: [file] });
    for (let i = 0; i < 250; i++) await ask(store, `more ${i}`, { conversation, addressed: false });
    const kept = await talk(store, "another", "hi");
    await conversations.delete(everything, conversation);
    await conversations.delete(everything, conversation);
    await assert.rejects(conversations.get(everything, conversation), (error) => isChatError(error, "not_found"));
    assert.deepEqual((await conversations.search(everything, "unmistakable", { limit: 5, cursor: null })).items, []);
    await conversations.restore(everything, conversation);
    assert.equal((await conversations.search(everything, "unmistakable", { limit: 5, cursor: null })).items.length, 1);
    await conversations.delete(everything, conversation);
    assert.equal(await conversations.purge(60_000), 0);
    assert.equal(await conversations.purge(0), 1);
    await assert.rejects(conversations.restore(everything, conversation), (error) => isChatError(error, "not_found"));
    for await (const { table, row } of store.exportRows()) {
      if (table !== "ledger") assert.ok(!Object.values(row).includes(conversation), `${table} still has it`);
      assert.notEqual(table, "attachments");
    }
    const left = await conversations.list(everything, { limit: 5, cursor: null, archived: false });
    assert.deepEqual(left.items.map((c) => c.id), [kept.conversation]);
  });

  Deno.test(`${name}: a conversation whose answer is being written is not purged`, async () => {
    await using opened = await open();
    const { store: { conversations }, store } = opened;
    const { conversation } = await ask(store, "hello");
    await conversations.delete(everything, conversation);
    assert.equal(await conversations.purge(0), 0);
    await answerAll(store);
    assert.equal(await conversations.purge(0), 1);
  });

  Deno.test(`${name}: a running answer is listed with what was shown of it, a finished one with its record`, async () => {
    await using opened = await open();
    const { store: { conversations, turns }, store } = opened;
    const file = { name: "plan.png", mediaType: "image/png", bytes: new Uint8Array(300) };
    const { conversation, message, turn } = await ask(store, "look", { attachments: [file] });
    const claim = (await turns.claim({ owner: "test", leaseMs: 60_000, background: false }))!;
    await turns.append(claim, { channel: "reasoning", position: 0, text: "hm" }, 60_000);
    for (let at = 0; at < 12; at++) {
      await turns.append(claim, { channel: "text", position: at, text: `${at % 10}` }, 60_000);
    }
    const running = await conversations.messages(everything, conversation, { limit: 9, cursor: null });
    assert.deepEqual(running.items.map(({ text, reasoning, state, turn }) => [text, reasoning, state, turn]), [
      ["look", "", "done", turn],
      ["012345678901", "hm", "running", turn],
    ]);
    const [question, answer] = running.items;
    assert.deepEqual(question?.attachments, [{ name: "plan.png", mediaType: "image/png", bytes: 300 }]);
    assert.equal(question?.author, "Ann");
    assert.deepEqual(
      (await conversations.path(conversation, answer!.number, 9)).map((
        { text, attachments },
      ) => [text, attachments.length]),
      [["012345678901", 0], ["look", 1]],
    );
    const usage = { inputTokens: 5, outputTokens: 7, cachedInputTokens: 0, reasoningTokens: 0, isReported: true };
    const record = {
      ...{
        model: "local/small",
        route: "default",
        isLocal: true,
        omittedMessages: 0,
        summarised: false,
        promptTokens: 5,
      },
      ...{ usage, costMicroUsd: 12, finishReason: "stop", notices: [], firstTextMs: 1, totalMs: 2 },
    };
    await turns.finish(claim, { state: "done", text: "all of it", record }, [], policy);
    const done = (await conversations.lastMessages(everything, conversation, { limit: 1, cursor: null })).items[0]!;
    assert.deepEqual(
      [done.text, done.reasoning, done.state, done.model, done.costMicroUsd, done.tokens, done.totalMs],
      ["all of it", "hm", "done", "local/small", 12, 12, 2],
    );
    assert.notEqual(done.id, message);
  });

  Deno.test(`${name}: a failed answer says why`, async () => {
    await using opened = await open();
    const { store: { conversations }, store } = opened;
    const { conversation } = await ask(store, "hello");
    await answerAll(store, "half an", {
      state: "failed",
      notice: "It broke",
      errorCode: "provider_failed",
      retryable: true,
    });
    const { items: [answer] } = await conversations.lastMessages(everything, conversation, { limit: 1, cursor: null });
    assert.deepEqual(
      [answer?.state, answer?.text, answer?.notice, answer?.errorCode, answer?.retryable],
      ["failed", "half an", "It broke", "provider_failed", true],
    );
  });

  Deno.test(`${name}: a file comes back as it came, and its text is there for the prompt`, async () => {
    await using opened = await open();
    const { store: { conversations }, store } = opened;
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const files = [
      { name: "a.pdf", mediaType: "application/pdf", bytes, text: "[Page 1 of 1]\nhello" },
      { name: "b.png", mediaType: "image/png", bytes },
    ];
    const { conversation, message } = await talk(store, "look", "yes", { attachments: files });
    const first = await conversations.attachment(everything, message, 0);
    assert.deepEqual([first.name, first.mediaType, new Uint8Array(first.bytes)], ["a.pdf", "application/pdf", bytes]);
    await assert.rejects(conversations.attachment(everything, message, 2), (error) => isChatError(error, "not_found"));
    const question = (await conversations.path(conversation, 1, 1))[0]!;
    assert.deepEqual(question.attachments.map(({ text, bytes }) => [text ?? null, bytes.length]), [
      ["[Page 1 of 1]\nhello", 0],
      [null, 256],
    ]);
  });

  Deno.test(`${name}: a conversation of another program is taken over once for each person, with its branches`, async () => {
    await using opened = await open();
    const { store: { conversations }, store } = opened;
    await talk(store, "hello", "hi", { author: { identity: "bob", name: "Bob", isBot: false } });
    await talk(store, "hello", "hi");
    const said = (sourceId: string, parent: number | null, role: "user" | "assistant", text: string) => ({
      ...{ sourceId, parent, role, text, attachments: [] },
      createdAt: 1000 + text.length,
    });
    const tree = {
      ...{ source: "chatgpt", sourceId: "c1", title: "Trees", createdAt: 1000, updatedAt: 2000, leaf: 1 },
      messages: [
        said("q", null, "user", "Which?"),
        said("a", 0, "assistant", "Oak"),
        said("b", 0, "assistant", "Beech"),
      ],
    };
    for (const identity of ["local", "bob"]) {
      const viewer = await viewerOf(store, identity);
      const owner = { workspace: viewer.workspace, person: viewer.person! };
      const both = [conversations.importConversation(owner, tree), conversations.importConversation(owner, tree)];
      assert.deepEqual((await Promise.all(both)).toSorted(), ["imported", "present"]);
      const listed = await conversations.list(viewer, { limit: 9, cursor: null, archived: false });
      const { id, platform, updatedAt } = listed.items.find(({ title }) => title === "Trees")!;
      assert.deepEqual([platform, updatedAt], ["chatgpt", 2000]);
      const { items } = await conversations.messages(viewer, id, { limit: 9, cursor: null });
      assert.deepEqual(items.map(({ text, createdAt }) => [text, createdAt]), [["Which?", 1006], ["Oak", 1003]]);
      await conversations.switchTo(viewer, items[1]!.variants[1]!);
      assert.equal((await conversations.path(id, 3, 9)).map(({ text }) => text).join(" "), "Beech Which?");
      const found = await conversations.search(viewer, "beech", { limit: 9, cursor: null });
      assert.equal(found.items[0]?.conversation, id);
      await conversations.delete(viewer, id);
      await assert.rejects(conversations.importConversation(owner, tree), (error) => isChatError(error, "conflict"));
    }
  });

  Deno.test(`${name}: a cursor that is not ours is refused`, async () => {
    await using opened = await open();
    const { store: { conversations }, store } = opened;
    const { conversation } = await talk(store, "hello", "hi");
    const nonsense = ["", "x", "%", "null", "W10", btoa('["a"]'), btoa("[1.5]"), btoa('{"length":1}'), "a".repeat(600)];
    for (const cursor of nonsense) {
      const calls = [
        () => conversations.list(everything, { limit: 5, cursor, archived: false }),
        () => conversations.messages(everything, conversation, { limit: 5, cursor }),
        () => conversations.lastMessages(everything, conversation, { limit: 5, cursor }),
        () => conversations.search(everything, "hello", { limit: 5, cursor }),
      ];
      for (const call of calls) await assert.rejects(call(), (error) => isChatError(error, "invalid"), cursor);
    }
  });
}

/** All items of a listing, page by page. */
export async function pages<Item>(page: (cursor: string | null) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const { items: some, next }: Page<Item> = await page(cursor);
    items.push(...some);
    cursor = next;
  } while (cursor !== null);
  return items;
}
