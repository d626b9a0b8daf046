/** What every store does with the tree of a conversation: one active branch, whatever is edited, retried or switched. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ShownMessage } from "../../server/domain/conversation.ts";
import type { Store } from "../../server/domain/store.ts";
import { answerAll, ask, everything, policy, talk } from "./chat_on_store.ts";
import { pages } from "./conversations_contract.ts";
import type { OpenStore } from "./store_contract.ts";

interface Node {
  readonly number: number;
  readonly parent: number;
  readonly role: "user" | "assistant";
  readonly text: string;
}

type Step = { readonly kind: "ask" | "overhear" | "edit" | "regenerate" | "switch"; readonly at: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("ask", "ask", "overhear", "edit", "regenerate", "switch", "switch"),
    at: fc.nat(1000),
  }),
  { minLength: 1, maxLength: 25 },
);

export function branchesContract(name: string, open: OpenStore): void {
  Deno.test(`${name}: whatever is asked, edited, answered again and switched, the listing is the branch a tree would show`, async () => {
    await using opened = await open();
    const { store } = opened;
    await fc.assert(fc.asyncProperty(steps, (plan) => follow(store, plan)), { numRuns: 40 });
  });

  Deno.test(`${name}: switching back and forth shows each branch as it was, and goes on from there`, async () => {
    await using opened = await open();
    const { store, store: { conversations } } = opened;
    const { conversation, message } = await talk(store, "one", "first");
    await talk(store, "two", "second", { conversation });
    const edited = await talk(store, "one, better", "another first", { replaces: message });
    const texts = async () => (await shownOf(store, conversation)).map((m) => m.text);
    assert.deepEqual(await texts(), ["one, better", "another first"]);
    await conversations.switchTo(everything, message);
    assert.deepEqual(await texts(), ["one", "first", "two", "second"]);
    await talk(store, "three", "third", { conversation });
    assert.deepEqual(await texts(), ["one", "first", "two", "second", "three", "third"]);
    await conversations.switchTo(everything, edited.message);
    await talk(store, "four", "fourth", { conversation });
    assert.deepEqual(await texts(), ["one, better", "another first", "four", "fourth"]);
    const [first] = await shownOf(store, conversation);
    assert.deepEqual(first?.variants, [message, edited.message]);
  });

  Deno.test(`${name}: a question names the turn of the answer that is shown`, async () => {
    await using opened = await open();
    const { store, store: { conversations, turns } } = opened;
    const { conversation, turn } = await talk(store, "one", "first");
    const answer = (await shownOf(store, conversation))[1]!;
    const again = await turns.regenerate(everything, turn!, { model: null, asksOutside: false, allowOutside: false });
    await answerAll(store, "again");
    assert.deepEqual((await shownOf(store, conversation)).map((m) => m.turn), [again.turn, again.turn]);
    await conversations.switchTo(everything, answer.id);
    assert.deepEqual((await shownOf(store, conversation)).map((m) => m.turn), [turn, turn]);
  });

  Deno.test(`${name}: a summary counts only on the branch that it sums up`, async () => {
    await using opened = await open();
    const { store, store: { conversations } } = opened;
    const { conversation } = await talk(store, "one", "first");
    const second = await talk(store, "two", "second", { conversation });
    await talk(store, "three", "third", { conversation });
    await summarise(store, conversation, 2, "about one");
    await summarise(store, conversation, 4, "about one and two");
    const edited = await talk(store, "two, better", "another second", { replaces: second.message });
    const numbers = (await shownOf(store, conversation)).map((m) => m.number);
    assert.deepEqual(numbers, [1, 2, 7, 8]);
    assert.equal((await conversations.summary(conversation, 8))?.text, "about one");
    assert.deepEqual(await conversations.summary(conversation, 6), { throughNumber: 4, text: "about one and two" });
    assert.equal((await conversations.summary(conversation, 4))?.throughNumber, 4);
    assert.equal((await conversations.summary(conversation, 3))?.throughNumber, 2);
    assert.equal(await conversations.summary(conversation, 1), undefined);
    assert.equal(await conversations.summary(edited.message, 1), undefined);
  });
}

/** Does the steps to the store and to a tree in memory, and compares what they show after each. */
async function follow(store: Store, plan: readonly Step[]): Promise<void> {
  const { conversation } = await talk(store, "0", "to 0");
  const tree = new Map<number, Node>();
  let leaf = 0;
  const grow = (role: Node["role"], text: string, parent: number) => {
    const number = tree.size + 1;
    tree.set(number, { number, parent, role, text });
    return leaf = number;
  };
  const grown = (text: string, parent: number) => grow("assistant", `to ${text}`, grow("user", text, parent));
  grown("0", 0);
  for (const [i, { kind, at }] of plan.entries()) {
    const text = String(i + 1);
    const shown = await shownOf(store, conversation);
    const questions = shown.filter((m) => m.role === "user" && m.turn !== null);
    const question = questions[at % questions.length];
    const node = question && tree.get(question.number);
    if (kind === "ask") {
      await talk(store, text, `to ${text}`, { conversation });
      grown(text, leaf);
    } else if (kind === "overhear") {
      await ask(store, text, { conversation, addressed: false });
      grow("user", text, leaf);
    } else if (kind === "edit" && question && node) {
      await talk(store, text, `to ${text}`, { replaces: question.id });
      grown(text, node.parent);
    } else if (kind === "regenerate" && question && node) {
      const options = { model: null, asksOutside: false, allowOutside: false };
      await store.turns.regenerate(everything, question.turn!, options);
      await answerAll(store, `to ${text}`);
      grow("assistant", `to ${text}`, node.number);
    } else if (kind === "switch") {
      const known = shown.flatMap((m) => m.variants);
      await store.conversations.switchTo(everything, known[at % known.length]!);
      const target = (await idsByNumber(store, conversation)).get(known[at % known.length]!)!;
      leaf = newestLeaf(tree, target);
    }
    await compare(store, conversation, tree, leaf);
  }
}

async function compare(store: Store, conversation: string, tree: ReadonlyMap<number, Node>, leaf: number) {
  const branch = branchTo(tree, leaf);
  const shown = await shownOf(store, conversation);
  assert.deepEqual(shown.map(({ number, role, text }) => ({ number, role, text })), branch.map(bare));
  for (const { number, role, variants, id } of shown) {
    const { parent } = tree.get(number)!;
    const beside = [...tree.values()].filter((node) => node.parent === parent && node.role === role);
    assert.equal(variants.length, beside.length);
    assert.equal(variants[beside.findIndex((node) => node.number === number)], id);
  }
  const last = await pagesBackwards(store, conversation);
  assert.deepEqual(last.map((m) => m.number), branch.map((node) => node.number));
  const path = await store.conversations.path(conversation, leaf, 1000);
  assert.deepEqual(
    path.map(({ number, parent, role, text }) => ({ number, parent, role, text })),
    branch.toReversed(),
  );
  const short = await store.conversations.path(conversation, leaf, 3);
  assert.deepEqual(short, path.slice(0, 3));
  assert.equal(await store.conversations.countBefore(conversation, leaf), branch.length - 1);
}

function bare({ number, role, text }: Node) {
  return { number, role, text };
}

function branchTo(tree: ReadonlyMap<number, Node>, leaf: number): Node[] {
  const branch: Node[] = [];
  for (let node = tree.get(leaf); node; node = tree.get(node.parent)) branch.unshift(node);
  return branch;
}

function newestLeaf(tree: ReadonlyMap<number, Node>, from: number): number {
  const children = [...tree.values()].filter((node) => node.parent === from).map((node) => node.number);
  return children.length === 0 ? from : newestLeaf(tree, Math.max(...children));
}

async function shownOf(store: Store, conversation: string): Promise<ShownMessage[]> {
  return await pages((cursor) => store.conversations.messages(everything, conversation, { limit: 3, cursor }));
}

async function pagesBackwards(store: Store, conversation: string): Promise<ShownMessage[]> {
  const items: ShownMessage[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: readonly ShownMessage[]; next: string | null } = await store.conversations.lastMessages(
      everything,
      conversation,
      { limit: 4, cursor },
    );
    items.unshift(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

/** The number of each message, from the shown branch (a switch has just shown it). */
async function idsByNumber(store: Store, conversation: string): Promise<Map<string, number>> {
  return new Map((await shownOf(store, conversation)).map((m) => [m.id, m.number]));
}

/** As a summary comes about: a background turn whose variant is the last message that it covers. */
async function summarise(store: Store, conversation: string, through: number, text: string): Promise<void> {
  await ask(store, "and?", { conversation: null });
  const answer = (await store.turns.claim({ owner: "test", leaseMs: 60_000, background: false }))!;
  await store.turns.enqueue({ ...answer, conversation }, "summary", through);
  await store.turns.finish(answer, { state: "done", text: "so" }, [], policy);
  const claim = (await store.turns.claim({ owner: "test", leaseMs: 60_000, background: true }))!;
  await store.turns.finish(claim, { state: "done", text }, [], policy);
}
