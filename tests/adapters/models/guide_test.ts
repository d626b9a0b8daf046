/** Without a model the guide answers: honestly, usefully, and like any other provider. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { answerTo } from "../../../adapters/models/guide/answer.ts";
import { openGuide } from "../../../adapters/models/guide/open.ts";
import type { FoundServer } from "../../../server/domain/model.ts";
import { ask, promptFor } from "./asking.ts";

const alone = { servers: [], isFirst: true };
const ollama: FoundServer = { kind: "ollama", baseUrl: "http://127.0.0.1:11434", models: [] };

Deno.test("the first answer says that no model is connected, what was found, and three ways to connect one", () => {
  const answer = answerTo("Write me a poem about the sea", alone);
  assert.match(answer, /No model is connected/);
  assert.match(answer, /found none/);
  for (const way of [/OPENAI_API_KEY/, /ollama pull/, /lms server start/, /llama-server -m/, /CUSTOM_BASE_URL/]) {
    assert.match(answer, way);
  }
});

Deno.test("it reacts to what is asked, and says what it is", () => {
  assert.match(
    answerTo("how do I use ollama?", alone),
    /^\*\*No model is connected yet\*\*.*\n\nOllama does not answer on this machine/,
  );
  assert.match(answerTo("I have an OpenAI key", { ...alone, isFirst: false }), /config set OPENAI_API_KEY/);
  assert.match(answerTo("Are you an AI?", alone), /I am not an AI/);
  assert.match(answerTo("what can you do", alone), /can only tell you how to connect one/);
  assert.match(answerTo("does my data leave this computer?", alone), /nothing you write here goes anywhere/);
  assert.match(answerTo("is it free", alone), /costs nothing|cost nothing/);
  assert.match(answerTo("asdf", { ...alone, isFirst: false }), /^I cannot answer that: no model is connected/);
  const length = (isFirst: boolean) => answerTo("asdf", { ...alone, isFirst }).length;
  assert.ok(length(false) < length(true) / 3);
});

Deno.test("it says what was found on this machine", () => {
  assert.match(answerTo("hi", { ...alone, servers: [ollama] }), /Ollama answers .* but it has no model yet: fetch one/);
  const models = ["qwen3", "llama3.2", "`rm -rf`", "d", "e"];
  const answer = answerTo("hi", { ...alone, servers: [{ ...ollama, models }] });
  assert.match(answer, /with `qwen3`, `llama3.2`, `rm -rf` and 2 more: choose one/);
});

Deno.test("a key in a message is warned about and never repeated", () => {
  const key = "sk-proj-abcdefghijklmnop1234";
  for (const message of [key, `here is my openai key: ${key}`, `ollama ${key}`]) {
    const answer = answerTo(message, alone);
    assert.match(answer, /^\*\*That looks like a key/);
    assert.ok(!answer.includes(key));
  }
});

Deno.test("it streams in words, costs nothing, and can be continued from any character", async () => {
  const guide = openGuide({ findServers: async () => [ollama], wordMs: 0 });
  const whole = await ask(guide, promptFor("guide", "hello"));
  assert.equal(whole.text, answerTo("hello", { servers: [ollama], isFirst: true }));
  assert.ok(whole.events.length > 50);
  assert.equal(whole.finish, "stop");
  assert.equal(whole.usage?.outputTokens, 0);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.text.length), async (length) => {
      const prefix = whole.text.slice(0, length);
      const { text } = await ask(guide, promptFor("guide", "hello", { prefix }));
      assert.equal(prefix + text, whole.text);
    }),
    { numRuns: 5 },
  );
  const [model] = await guide.models(new AbortController().signal);
  assert.deepEqual([guide.name, model?.id, model?.price], ["guide", "guide", { input: 0, cachedInput: 0, output: 0 }]);
  assert.deepEqual([guide.isLocal, guide.host], [true, null]);
});

Deno.test("it stops when it is told to", async () => {
  const stop = new AbortController();
  const guide = openGuide({ findServers: async () => [], wordMs: 60_000 });
  const events = guide.generate(promptFor("guide", "hello"), stop.signal)[Symbol.asyncIterator]();
  assert.equal((await events.next()).value?.type, "text");
  const next = events.next();
  stop.abort();
  assert.equal((await next).done, true);
});
