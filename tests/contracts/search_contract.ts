/** What every store finds, for whom, and how it shows the hits. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { SearchHit } from "../../server/domain/conversation.ts";
import type { Store } from "../../server/domain/store.ts";
import type { Viewer } from "../../server/domain/turn.ts";
import { answerAll, ask, everything, talk, viewerOf } from "./chat_on_store.ts";
import { pages } from "./conversations_contract.ts";
import type { OpenStore } from "./store_contract.ts";

export function searchContract(name: string, open: OpenStore): void {
  Deno.test(`${name}: search finds words whole, the last one as a beginning, without case and accents`, async () => {
    await using opened = await open();
    const { store } = opened;
    await talk(store, "The café in Zürich serves Crème brûlée", "Enjoy your MEAL, don't hurry");
    await talk(store, "北京的天气怎么样", "สวัสดีครับ");
    const texts = async (query: string) => (await find(store, query)).map((hit) => hit.excerpt);
    const cafe = ["The café in Zürich serves Crème brûlée"];
    for (const query of ["cafe", "CAFÉ", "zur", "creme brul", '"creme brulee"', "serves cafe", '"in zurich" caf']) {
      assert.deepEqual(await texts(query), cafe, query);
    }
    for (const query of ["caf serves", '"brulee creme"', '"zur"', "cafe meal", "xyz", "zur "]) {
      assert.deepEqual(await texts(query), [], query);
    }
    assert.deepEqual(await texts("don't"), ["Enjoy your MEAL, don't hurry"]);
    assert.deepEqual(await texts("天气"), ["北京的天气怎么样"]);
    assert.deepEqual(await texts("气天"), []);
    assert.deepEqual(await texts("สวัสดี"), ["สวัสดีครับ"]);
    await talk(store, "Съешь ещё мягких йогуртов", "ΟΔΥΣΣΕΎΣ カード");
    for (const query of ["съешь еще", "ЙОГУРТ", "Ещё"]) {
      assert.deepEqual(await texts(query), ["Съешь ещё мягких йогуртов"]);
    }
    for (const query of ["οδυσσευς", "カード"]) assert.deepEqual(await texts(query), ["ΟΔΥΣΣΕΎΣ カード"]);
  });

  Deno.test(`${name}: the highlights are the words that were searched for`, async () => {
    await using opened = await open();
    const { store } = opened;
    await talk(store, `${"word ".repeat(200)}Needle in the Haystack, needles ${"more ".repeat(200)}`, "🙂 a needle 🙂");
    const hits = await find(store, '"in the" haystack needle');
    assert.deepEqual(hits.map(marked), [["Needle", "in the", "Haystack", "needles"]]);
    assert.ok(hits[0]!.excerpt.startsWith("…") && hits[0]!.excerpt.endsWith("…") && hits[0]!.excerpt.length < 250);
    assert.deepEqual((await find(store, "needle")).map(marked), [["needle"], ["Needle", "needles"]]);
  });

  Deno.test(`${name}: search pages through everything newest first, for one person or for the workspace`, async () => {
    await using opened = await open();
    const { store } = opened;
    const bobs = { author: { identity: "bob", name: "Bob", isBot: false } };
    for (let i = 0; i < 9; i++) await talk(store, `apple number ${i}`, "pear", i % 3 === 0 ? bobs : {});
    const numbers = (hits: readonly SearchHit[]) => hits.map((hit) => Number(hit.excerpt.at(-1)));
    assert.deepEqual(numbers(await find(store, "apple")), [8, 7, 6, 5, 4, 3, 2, 1, 0]);
    assert.deepEqual(numbers(await find(store, "apple", await viewerOf(store, "bob"))), [6, 3, 0]);
    assert.deepEqual(numbers(await find(store, "apple", await viewerOf(store, "local"))), [8, 7, 5, 4, 2, 1]);
    assert.deepEqual(await find(store, "apple", { workspace: "v", person: null }), []);
  });

  Deno.test(`${name}: an answer is found once it has ended, on every branch`, async () => {
    await using opened = await open();
    const { store } = opened;
    const { message, conversation } = await ask(store, "hello");
    assert.deepEqual(await find(store, "zebra"), []);
    await answerAll(store, "a zebra");
    await store.conversations.update(everything, conversation, { title: "Animals" });
    await talk(store, "hello again", "a lion", { replaces: message });
    const [hit, ...more] = await find(store, "zebra");
    assert.equal(more.length, 0);
    assert.deepEqual([hit?.conversation, hit?.title, hit?.role], [conversation, "Animals", "assistant"]);
  });

  Deno.test(`${name}: whatever is typed into the search box, it is a search and never an error`, async () => {
    await using opened = await open();
    const { store } = opened;
    await talk(store, "alpha beta AND OR NOT NEAR", "gamma");
    for (const query of ["", " ", '"', '""', "***", "-", "!?", "'", "\u0000", "\ud800"]) {
      assert.deepEqual(await find(store, query), [], JSON.stringify(query));
    }
    const operators = [
      "alpha AND",
      'alpha"',
      "alpha*",
      "(alpha",
      "alpha^",
      "-alpha",
      "text:alpha",
      "alpha NEAR",
      "{alpha}",
    ];
    for (const query of operators) await find(store, query);
    assert.equal((await find(store, "owner")).length, 0);
    const typed = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom(..."ab\"*:(){}^-+ANDORT' \0") }),
    );
    await fc.assert(fc.asyncProperty(typed, async (query) => void await find(store, query)), { numRuns: 300 });
  });
}

async function find(store: Store, query: string, viewer: Viewer = everything): Promise<SearchHit[]> {
  return await pages((cursor) => store.conversations.search(viewer, query, { limit: 2, cursor }));
}

function marked({ excerpt, highlights }: SearchHit): string[] {
  return highlights.map(([start, end]) => excerpt.slice(start, end));
}
