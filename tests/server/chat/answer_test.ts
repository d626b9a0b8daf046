/** How an answer comes about when things go wrong: each fault is said, what arrived is kept, and everything is booked. */
import assert from "node:assert/strict";
import { answer } from "../../../server/chat/answer.ts";
import { openHints } from "../../../server/chat/hints.ts";
import { openModels } from "../../../server/chat/models.ts";
import type { ModelEvent, Prompt } from "../../../server/domain/model.ts";
import { ProviderError } from "../../../server/domain/model.ts";
import { ask, policy } from "../../contracts/chat_on_store.ts";
import { claimNext, eventually, everyone, fromStart } from "../../contracts/turns_world.ts";
import { openChat, providerThat } from "./open_chat.ts";

const text = (text: string): ModelEvent => ({ type: "text", text });
const said = (...words: string[]) => words.map(text);

Deno.test("a provider that fails before its first word is told of in one sentence, and can be tried again", async () => {
  let calls = 0;
  const provider = providerThat(function* () {
    if (++calls === 1) throw new ProviderError("overloaded", "Test is overloaded");
    yield text("hello");
  });
  await using chat = await openChat({ providers: async () => [provider], defaultModel: "test/script" });
  const { turn } = await chat.say("question");
  assert.deepEqual([turn.state, turn.errorCode, turn.notice, turn.retryable], [
    ...["failed", "overloaded", "Test is overloaded"],
    true,
  ]);
  const again = await chat.engine.regenerate(everyone, turn.id, { model: null, allowOutside: false });
  await eventually(async () => (await chat.engine.turn(everyone, again.turn!)).state === "done");
  assert.deepEqual(chat.failures, []);
});

Deno.test("an answer that breaks off keeps what arrived, and says why", async () => {
  const provider = providerThat(function* () {
    yield* said("so ", "far");
    throw new ProviderError("cut_off", "Test broke off");
  });
  await using chat = await openChat({ providers: async () => [provider], defaultModel: "test/script" });
  const { turn, text } = await chat.say("question");
  assert.deepEqual([turn.state, turn.errorCode, turn.reason, text], [
    ...["interrupted", "cut_off", "Test broke off"],
    "so far",
  ]);
});

Deno.test("a model that does not stop is cut, and its connection closed", async () => {
  const closed = Promise.withResolvers<void>();
  const provider = providerThat(async function* (prompt, signal) {
    if (prompt.system.includes("title")) return;
    signal.addEventListener("abort", () => closed.resolve());
    while (!signal.aborted) {
      yield text("on and on ".repeat(1000));
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  await using chat = await openChat({ providers: async () => [provider], defaultModel: "test/script" });
  const { turn, text: answered } = await chat.say("question");
  await closed.promise;
  assert.deepEqual([turn.state, turn.errorCode], ["interrupted", "malformed"]);
  assert.ok(answered.length >= 1_000_000 && answered.length < 1_100_000);
});

Deno.test("the fallback answers when the model fails, and it is said; not after a word was shown, nor outside by itself", async () => {
  let isLate = false;
  const failing = providerThat(function* (): Iterable<ModelEvent> {
    if (isLate) yield text("so far");
    throw new ProviderError("unreachable", "Test cannot be reached");
  }, { name: "home", isLocal: true });
  const cloud = providerThat(() => said("from the cloud"), { name: "cloud" });
  const spare = providerThat(() => said("from the cellar"), { name: "spare", isLocal: true });
  const providers = async () => [failing, cloud, spare];
  await using private_ = await openChat({ providers, defaultModel: "home/script", fallbackModel: "cloud/script" });
  assert.deepEqual((await private_.say("question")).turn.state, "failed");
  await using chat = await openChat({ providers, defaultModel: "home/script", fallbackModel: "spare/script" });
  const { turn, text: answered } = await chat.say("question");
  assert.equal(answered, "from the cellar");
  assert.deepEqual([turn.record?.model, turn.record?.route], ["spare/script", "fallback from home/script"]);
  assert.deepEqual(turn.record?.notices, ["Test cannot be reached. spare/script answered instead"]);
  isLate = true;
  const late = await chat.say("another question");
  assert.deepEqual([late.turn.state, late.text], ["interrupted", "so far"]);
});

Deno.test("a prompt that the provider finds too long is made smaller, and what that left out is said", async () => {
  const prompts: Prompt[] = [];
  const provider = providerThat(function* (prompt) {
    if (prompt.maxOutputTokens < 120 || prompt.system.includes("title")) return;
    prompts.push(prompt);
    if (prompt.messages.length > 4) throw new ProviderError("context_too_long", "Test takes less");
    yield text("answer ".repeat(40));
  }, { info: { contextTokens: 2000 } });
  await using chat = await openChat({ providers: async () => [provider], defaultModel: "test/script" });
  let conversation: string | null = null;
  for (let i = 0; i < 3; i++) ({ conversation } = await chat.say(`${i} ${"word ".repeat(60)}`, { conversation }));
  prompts.length = 0;
  const { turn } = await chat.say("and now?", { conversation });
  assert.equal(turn.state, "done");
  assert.ok(prompts.length > 1 && prompts[0]!.messages.length > prompts.at(-1)!.messages.length);
  const { omittedMessages, notices } = turn.record!;
  assert.equal(omittedMessages, 7 - prompts.at(-1)!.messages.length);
  assert.ok(notices.some((notice) => notice.includes("did not fit")), notices.join());
});

Deno.test("what falls out of the window is summarised, and the summary is read instead", async () => {
  const prompts: Prompt[] = [];
  const provider = providerThat(function* (prompt) {
    if (prompt.system.startsWith("Summarise")) yield text("They talked about words");
    else if (prompt.system.startsWith("Write a title")) yield text("Words");
    else {
      prompts.push(prompt);
      yield text("an answer of some length, ".repeat(10));
    }
  }, { info: { contextTokens: 2000 } });
  await using chat = await openChat({ providers: async () => [provider], defaultModel: "test/script" });
  let conversation: string | null = null;
  let said = 0;
  for (; said < 15; said++) {
    ({ conversation } = await chat.say(`${said} ${"word ".repeat(60)}`, { conversation }));
    await eventually(async () => {
      const open = await chat.store.turns.countOpen();
      return open.queued + open.running === 0;
    });
    if (prompts.at(-1)!.system.includes("They talked about words")) break;
  }
  const { system, messages } = prompts.at(-1)!;
  assert.ok(system.includes("They talked about words"), "no summary was read");
  assert.ok(messages.length < said * 2 + 1);
  const { items } = await chat.store.conversations.messages(everyone, conversation!, { limit: 100, cursor: null });
  const record = (await chat.engine.turn(everyone, items.at(-1)!.turn!)).record!;
  assert.equal(record.summarised, true);
  assert.equal(record.omittedMessages + messages.length, said * 2 + 1, "none is left out without a summary");
  assert.ok(record.notices.some((notice) => notice.includes("were read as a summary")));
});

Deno.test("an owner that loses its turn while the model fails books what the call has cost", async () => {
  await using chat = await openChat({ maxAnswers: 0 });
  const { store } = chat;
  const failed = Promise.withResolvers<void>();
  const provider = providerThat(async function* () {
    yield { type: "usage", usage: { ...usage, costMicroUsd: 42 } };
    yield text("so far");
    await failed.promise;
    throw new ProviderError("cut_off", "Test broke off");
  });
  const models = openModels({
    providers: async () => [provider],
    ...{ defaultModel: "test/script", fallbackModel: null, backgroundModel: null },
  });
  const { turn } = await ask(store, "question");
  const claim = await claimNext(store, { owner: "paused" });
  const options = { store, hints: openHints(), models, policy, leaseMs: 60_000, system: () => "Answer." };
  const answering = answer(claim, options, new AbortController().signal);
  await eventually(async () => (await store.turns.read(everyone, turn!, fromStart))?.text === "so far");
  await store.turns.recover({ owner: "another", othersAreDead: true }, policy);
  failed.resolve();
  await answering;
  assert.equal((await store.ledger.totals({ workspace: "w" })).costMicroUsd, 42);
  assert.equal((await chat.engine.turn(everyone, turn!)).state, "interrupted");
});

Deno.test("stopping the program keeps what was said, and what had not begun is answered after the next start", async () => {
  const provider = providerThat(async function* (_prompt, signal) {
    yield text("so far");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  });
  const options = { providers: async () => [provider], defaultModel: "test/script", maxAnswers: 1 };
  await using chat = await openChat(options);
  const { turn } = await ask(chat.store, "question");
  await eventually(async () => (await chat.store.turns.read(everyone, turn!, fromStart))?.text === "so far");
  const { turn: waiting } = await ask(chat.store, "another");
  await chat.stop();
  const states = await Promise.all([turn!, waiting!].map(async (id) => (await chat.engine.turn(everyone, id)).state));
  assert.deepEqual(states, ["interrupted", "queued"]);
});

const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0, isReported: true };
