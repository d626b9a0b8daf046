/** Wishes: stop, continue, another answer, an edit, another model; each does what it says in every state. */
import assert from "node:assert/strict";
import { isChatError } from "../../server/domain/error.ts";
import type { ModelEvent, ModelProvider, Prompt } from "../../server/domain/model.ts";
import type { TurnState } from "../../server/domain/turn.ts";
import { script } from "../fakes/model_script.ts";
import { openScriptedProvider, scriptedInfo } from "../fakes/scripted_provider.ts";
import { ask, incoming, policy, talk, viewerOf } from "./chat_on_store.ts";
import { piece } from "./turn_owners_contract.ts";
import { claimNext, engineOn, eventually, everyone, fromStart, listen, type OpenDatabase } from "./turns_world.ts";

const leaseMs = 60_000;
const plain = { model: null, asksOutside: false, allowOutside: false };

export function wishesContract(name: string, open: OpenDatabase): void {
  Deno.test(`${name}: a waiting turn is stopped at once, and the next one is answered`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { conversation, turn } = await ask(store, "one");
    const { turn: next } = await ask(store, "two", { conversation });
    assert.equal(await store.turns.stop(everyone, turn!, policy), "stopped");
    assert.equal((await claimNext(store)).turn, next);
    assert.equal(await store.turns.stop(everyone, turn!, policy), "stopped");
  });

  Deno.test(`${name}: an interrupted turn is stopped with what was shown, and posted as it stands`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { turn } = await ask(store, "one", { platform: "chat", place: "chat:1" });
    const claim = await claimNext(store);
    await store.turns.append(claim, piece(0, "so far"), leaseMs);
    const why = { reason: "broke off", errorCode: "cut_off", settlements: [] };
    assert.equal(await store.turns.release(claim, why, policy), "interrupted");
    assert.equal(await store.turns.stop(everyone, turn!, policy), "stopped");
    assert.equal((await store.turns.read(everyone, turn!, fromStart))?.text, "so far");
    assert.equal((await store.deliveries.claim({ owner: "test", leaseMs }))?.text, "so far");
    assert.equal(await store.turns.continue(everyone, turn!), false);
  });

  Deno.test(`${name}: the owner of a running turn hears that it is to stop, and a crash after that keeps it stopped`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const states: TurnState[] = [];
    for (const _ of ["heard by a flush", "crashed before it was heard"]) {
      const { turn } = await ask(store, "question");
      const claim = await claimNext(store, { owner: "one" });
      await store.turns.append(claim, piece(0, "so"), leaseMs);
      assert.equal(await store.turns.stop(everyone, turn!, policy), "running");
      if (states.length === 0) {
        assert.equal(await store.turns.append(claim, piece(2, " far"), leaseMs), true);
        assert.equal(await store.turns.renew(claim, leaseMs), true);
        await store.turns.finish(claim, { state: "stopped", text: "so far" }, [], policy);
      } else await store.turns.recover({ owner: "two", othersAreDead: true }, policy);
      states.push((await store.turns.read(everyone, turn!, fromStart))!.turn.state);
    }
    assert.deepEqual(states, ["stopped", "stopped"]);
  });

  Deno.test(`${name}: an ended turn stays as it ended, whoever stops it`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { turn } = await talk(store, "question", "answer");
    assert.equal(await store.turns.stop(everyone, turn!, policy), "done");
    assert.equal(await store.turns.continue(everyone, turn!), false);
    const read = await store.turns.read(everyone, turn!, fromStart);
    assert.deepEqual([read?.turn.state, read?.text], ["done", "answer"]);
  });

  Deno.test(`${name}: another person can neither stop nor continue a turn, nor see it`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { turn } = await ask(store, "question");
    await ask(store, "hello", { author: { identity: "rest:eve", name: "Eve", isBot: false } });
    const eve = await viewerOf(store, "rest:eve");
    const isMissing = (error: unknown) => isChatError(error, "not_found");
    await assert.rejects(store.turns.stop(eve, turn!, policy), isMissing);
    await assert.rejects(store.turns.continue(eve, turn!), isMissing);
    await assert.rejects(store.turns.regenerate(eve, turn!, plain), isMissing);
    await assert.rejects(store.turns.stop({ workspace: "another", person: null }, turn!, policy), isMissing);
    assert.equal(await store.turns.read(eve, turn!, fromStart), undefined);
  });

  Deno.test(`${name}: stopping a running answer ends the call to the model within a second and keeps what was said`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const endless = endlessProvider();
    await using working = engineOn(store, {
      providers: async () => [endless.provider],
      defaultModel: "endless/script",
    });
    const { engine } = working;
    const { turn } = await engine.receive(incoming("question"), everyone);
    const listening = listen(engine, turn!);
    await eventually(async () => (await engine.turn(everyone, turn!)).shown > 20);
    const asked = performance.now();
    assert.equal(await engine.stop(everyone, turn!), "running");
    await endless.closed;
    assert.ok(performance.now() - asked < 1000);
    const text = await listening;
    const ended = await engine.turn(everyone, turn!);
    assert.equal(ended.state, "stopped");
    assert.ok(text.length > 20);
    assert.equal((await store.turns.read(everyone, turn!, fromStart))?.text, text);
  });

  Deno.test(`${name}: continuing goes on with the next character, after what was asked meanwhile`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const whole = script("question");
    const { conversation, turn } = await ask(store, "question");
    const claim = await claimNext(store);
    await store.turns.append(claim, piece(0, whole.slice(0, 17)), leaseMs);
    const why = { reason: "broke off", errorCode: "cut_off", settlements: [] };
    await store.turns.release(claim, why, policy);
    const { turn: later } = await ask(store, "later", { conversation });
    assert.equal(await store.turns.continue(everyone, turn!), true);
    assert.equal(await store.turns.continue(everyone, turn!), false);
    const next = await claimNext(store);
    assert.equal(next.turn, later);
    await store.turns.finish(next, { state: "done", text: "x" }, [], policy);
    const prompts: Prompt[] = [];
    await using working = engineOn(store, { providers: async () => [listeningTo(prompts)] });
    assert.equal(await listen(working.engine, turn!), whole);
    assert.equal(prompts.find(({ prefix }) => prefix !== "")?.prefix, whole.slice(0, 17));
    const shown = await store.conversations.messages(everyone, conversation, { limit: 10, cursor: null });
    assert.deepEqual(shown.items.map(({ text }) => text), ["question", whole, "later", "x"]);
  });

  Deno.test(`${name}: another answer and an edited question are branches, and the newest is shown`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    await using working = engineOn(store);
    const { engine } = working;
    const texts = async (conversation: string) => {
      const { items } = await store.conversations.messages(everyone, conversation, { limit: 20, cursor: null });
      return items.map(({ text }) => text);
    };
    const first = await engine.receive(incoming("one"), everyone);
    const { conversation } = first;
    await listen(engine, first.turn!);
    const second = await engine.receive(incoming("two", { conversation }), everyone);
    await listen(engine, second.turn!);
    const again = await engine.regenerate(everyone, first.turn!, { model: null, allowOutside: false });
    await listen(engine, again.turn!);
    assert.deepEqual(await texts(conversation), ["one", script("one")]);
    const edited = await engine.receive(incoming("uno", { conversation, replaces: first.message }), everyone);
    await listen(engine, edited.turn!);
    assert.deepEqual(await texts(conversation), ["uno", script("uno")]);
    await store.conversations.switchTo(everyone, second.message);
    const four = [script("one"), script("two")];
    assert.deepEqual(await texts(conversation), ["one", four[0], "two", four[1]]);
  });

  Deno.test(`${name}: a turn that is being answered is not answered again, nor edited away without its branch`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const isConflict = (error: unknown) => isChatError(error, "conflict");
    const { turn, message } = await ask(store, "question");
    await assert.rejects(store.turns.regenerate(everyone, turn!, plain), isConflict);
    const claim = await claimNext(store);
    await assert.rejects(store.turns.regenerate(everyone, turn!, plain), isConflict);
    await store.turns.finish(claim, { state: "done", text: "x" }, [], policy);
    await ask(store, "edited", { replaces: message });
    await assert.rejects(store.turns.regenerate(everyone, turn!, plain), isConflict);
    await assert.rejects(ask(store, "edited twice", { replaces: message }), isConflict);
  });

  Deno.test(`${name}: a conversation on this machine goes outside only after the person's yes`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const local = openScriptedProvider({ name: "home", isLocal: true });
    const outside = openScriptedProvider({ name: "cloud" });
    const options = { providers: async () => [local, outside], defaultModel: "home/script" };
    await using working = engineOn(store, { ...options, fallbackModel: "cloud/script" });
    const { engine } = working;
    const needsConsent = (error: unknown) => isChatError(error, "consent_required");
    const first = await engine.receive(incoming("secret"), everyone);
    const { conversation } = first;
    await listen(engine, first.turn!);
    assert.equal((await store.conversations.get(everyone, conversation)).reach, "local");
    const cloud = { conversation, model: "cloud/script" };
    await assert.rejects(engine.receive(incoming("again", cloud), everyone), needsConsent);
    const asked = { model: "cloud/script", allowOutside: false };
    await assert.rejects(engine.regenerate(everyone, first.turn!, asked), needsConsent);
    await assert.rejects(engine.chooseModel(everyone, conversation, asked), needsConsent);
    const yes = await engine.receive(incoming("go", { ...cloud, allowOutside: true }), everyone);
    await listen(engine, yes.turn!);
    const { state, record } = await engine.turn(everyone, yes.turn!);
    assert.deepEqual([state, record?.model], ["done", "cloud/script"]);
    assert.equal((await store.conversations.get(everyone, conversation)).reach, "outside");
  });

  Deno.test(`${name}: an outside model that was asked for before the conversation was held here gets nothing of it`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const prompts: Prompt[] = [];
    const local = openScriptedProvider({ name: "home", isLocal: true });
    const cloud = { ...listeningTo(prompts), name: "cloud" };
    const first = await ask(store, "secret", { model: "home/script" });
    const { conversation } = first;
    const second = await ask(store, "and now?", { conversation, model: "cloud/script" });
    await using working = engineOn(store, { providers: async () => [local, cloud], defaultModel: "home/script" });
    await listen(working.engine, first.turn!);
    await listen(working.engine, second.turn!);
    const { state, errorCode } = await working.engine.turn(everyone, second.turn!);
    assert.deepEqual([state, errorCode, prompts], ["failed", "consent_required", []]);
  });
}

/** The scripted model, which tells what it was asked. */
function listeningTo(prompts: Prompt[]): ModelProvider {
  const provider = openScriptedProvider();
  return {
    ...provider,
    generate(prompt, signal) {
      prompts.push(prompt);
      return provider.generate(prompt, signal);
    },
  };
}

/** Speaks until its connection is closed. */
function endlessProvider(): { provider: ModelProvider; closed: Promise<void> } {
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  async function* generate(_prompt: Prompt, signal: AbortSignal): AsyncIterable<ModelEvent> {
    signal.addEventListener("abort", () => resolve());
    while (!signal.aborted) {
      yield { type: "text", text: "on and on, " };
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  const models = async () => [scriptedInfo];
  return { provider: { name: "endless", isLocal: true, host: "127.0.0.1:1", generate, models }, closed };
}
