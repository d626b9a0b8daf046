/** Readers: everyone who follows an answer, from anywhere, sees every character once, and none that is not stored. */
import assert from "node:assert/strict";
import type { Database } from "../../adapters/stores/sql/sql.ts";
import { answer } from "../../server/chat/answer.ts";
import { attach } from "../../server/chat/attach.ts";
import { type Hints, openHints } from "../../server/chat/hints.ts";
import { openModels } from "../../server/chat/models.ts";
import { ChatError, isChatError } from "../../server/domain/error.ts";
import type { Chunk } from "../../server/domain/turn.ts";
import { openScriptedProvider } from "../fakes/scripted_provider.ts";
import { ask, policy } from "./chat_on_store.ts";
import { claimNext, everyone, fromStart, type OpenDatabase } from "./turns_world.ts";
import { piece } from "./turn_owners_contract.ts";

const leaseMs = 60_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export function readersContract(name: string, open: OpenDatabase): void {
  Deno.test(`${name}: forty readers who come and go see every character once, though hints are lost`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const hints = openHints();
    const deaf: Hints = {
      ...hints,
      hear: (topic, listener) => Math.random() < 0.3 ? () => {} : hints.hear(topic, listener),
    };
    const { turn } = await ask(store, "question");
    const claim = await claimNext(store);
    const pieces = Array.from({ length: 150 }, (_, i) => `piece ${i} 😀 `);
    const whole = pieces.join("");

    async function read(reader: number): Promise<string> {
      let text = "";
      while (true) {
        const leave = AbortSignal.timeout(20 + Math.random() * 1500);
        const following = { store, hints: Math.random() < 0.5 ? deaf : hints };
        const from = { text: text.length, reasoning: 0 };
        for await (const event of attach(following, { viewer: everyone, turn: turn!, from }, leave)) {
          if ("ended" in event) return text;
          if (event.channel === "reasoning") continue;
          assert.equal(event.position, text.length);
          text += event.text;
          assert.ok(whole.startsWith(text));
          if (reader % 4 === 0) await pause(60); // slow: more is heard meanwhile than is kept
        }
      }
    }

    const readers = Promise.all(Array.from({ length: 40 }, (_, i) => read(i)));
    readers.catch(() => {}); // heard at the end
    const say = async (chunk: Chunk) => {
      await store.turns.append(claim, chunk, leaseMs);
      hints.tell(claim.turn, chunk);
      await pause(Math.random() * 8);
    };
    await say(piece(0, "Let me think", "reasoning"));
    let position = 0;
    for (const text of pieces) {
      await say(piece(position, text));
      position += text.length;
    }
    await store.turns.finish(claim, { state: "done", text: whole }, [], policy);
    hints.tell(claim.turn);
    for (const text of await readers) assert.equal(text, whole);
  });

  Deno.test(`${name}: a reader may begin anywhere, while the answer is written, interrupted or done`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { turn } = await ask(store, "question");
    const claim = await claimNext(store, { owner: "first" });
    const whole = "Hello 😀 brave new world";
    for (let at = 0; at < whole.length; at += 5) {
      await store.turns.append(claim, piece(at, whole.slice(at, at + 5)), leaseMs);
    }
    const readsRight = async () => {
      for (let at = 0; at <= whole.length + 1; at++) {
        const read = await store.turns.read(everyone, turn!, { text: at, reasoning: 0 });
        assert.equal(read?.text, whole.slice(at));
      }
    };
    await readsRight();
    await store.turns.recover({ owner: "second", othersAreDead: true }, policy);
    await readsRight();
    await store.turns.continue(everyone, turn!);
    await store.turns.finish(await claimNext(store), { state: "done", text: whole }, [], policy);
    await readsRight();
  });

  Deno.test(`${name}: nobody sees text whose commit failed`, async () => {
    await using opened = await open();
    const { database } = opened;
    const failing = failingAt(database, "into turn_chunks");
    const store = opened.storeOver(failing);
    const hints = openHints();
    const { turn } = await ask(store, "question");
    const claim = await claimNext(store);
    const heard: Chunk[] = [];
    hints.hear(turn!, (chunk) => void (chunk && heard.push(chunk)));
    const provider = openScriptedProvider();
    const models = openModels({
      providers: async () => [provider],
      ...{ defaultModel: "scripted/script", fallbackModel: null, backgroundModel: null },
    });
    const options = { store, hints, models, policy, leaseMs, system: () => "Say the words." };
    const isUnavailable = (error: unknown) => isChatError(error, "unavailable");
    await assert.rejects(answer(claim, options, new AbortController().signal), isUnavailable);
    assert.deepEqual(heard, []);
    assert.equal((await store.turns.read(everyone, turn!, fromStart))?.text, "");
  });

  Deno.test(`${name}: a listener hears of an answer that is written by another process`, async () => {
    await using opened = await open();
    const store = opened.storeOver(opened.database);
    const { turn } = await ask(store, "question");
    const here = { store, hints: openHints() }; // nobody tells it anything
    const events = attach(here, { viewer: everyone, turn: turn!, from: fromStart }, AbortSignal.timeout(15_000));
    const heard = Array.fromAsync(events);
    const claim = await claimNext(store);
    await store.turns.append(claim, piece(0, "Hello "), leaseMs);
    await store.turns.append(claim, piece(6, "world"), leaseMs);
    await store.turns.finish(claim, { state: "done", text: "Hello world" }, [], policy);
    const said = (await heard).map((event) => "ended" in event ? `[${event.ended.state}]` : event.text).join("");
    assert.equal(said, "Hello world[done]");
  });
}

/** A database on which a transaction that says `words` runs to its end and is then not committed. */
function failingAt(database: Database, words: string): Database {
  return {
    ...database,
    transaction: (work) =>
      database.transaction(async (sql) => {
        let isTouched = false;
        const look = (strings: TemplateStringsArray) => isTouched ||= strings.join("?").includes(words);
        const value = await work({
          ...sql,
          run: (strings, ...values) => (look(strings), sql.run(strings, ...values)),
          get: (strings, ...values) => (look(strings), sql.get(strings, ...values)),
        });
        if (isTouched) throw new ChatError("unavailable", "Cannot use the database: the disk is full");
        return value;
      }),
  };
}
