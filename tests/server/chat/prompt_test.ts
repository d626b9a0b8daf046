/** A conversation is fitted into a model's window: never too much, never more left out than must be, and all of it counted. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { DatabaseSync } from "node:sqlite";
import { open } from "../../../adapters/stores/sqlite/open.ts";
import { fitPrompt, type PromptOptions } from "../../../server/chat/prompt.ts";
import { loadTokenizer, tokenBound } from "../../../server/chat/tokens.ts";
import { isChatError } from "../../../server/domain/error.ts";
import type { PathMessage, Summary } from "../../../server/domain/message.ts";
import { dataFolder } from "../../adapters/stores/sqlite/data_folder.ts";
import { ask } from "../../contracts/chat_on_store.ts";

const encode = await loadTokenizer();
const system = "You are a helpful assistant.";

/** A conversation without branches, kept in memory. */
function conversationOf(texts: readonly string[], summary?: Summary): PromptOptions["conversations"] {
  const path = texts.map((text, i): PathMessage => ({
    ...{ number: i + 1, parent: i, text, author: null, attachments: [] },
    role: i % 2 === 0 ? "user" : "assistant",
  }));
  return {
    path: async (_id, from, limit) => path.slice(Math.max(0, from - limit), from).reverse(),
    summary: async () => summary,
    countBefore: async (_id, number) => Math.min(path.length, number - 1),
  };
}

function optionsFor(texts: readonly string[], contextTokens: number, summary?: Summary): PromptOptions {
  return {
    conversations: conversationOf(texts, summary),
    ...{ conversation: "c", question: texts.length, system, model: "m", isLocal: true, prefix: "", share: 1 },
    info: { ...{ id: "m", name: "M", contextTokens, maxOutputTokens: null, takesImages: true, price: null } },
  };
}

const text = fc.oneof(
  fc.lorem({ maxCount: 60 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }),
  fc.nat(300).map((n) => `${n} ` + "日本語と😀".repeat(n % 20)),
);
const summaryText = fc.option(fc.lorem({ maxCount: 100 }), { nil: undefined });

Deno.test("whatever was said, the prompt fits the window, keeps the newest and counts what it leaves out", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(text, { minLength: 1, maxLength: 60, size: "max" }),
      fc.integer({ min: 200, max: 6000 }),
      summaryText,
      fc.nat(),
      async (texts, contextTokens, told, at) => {
        const through = texts.length > 1 ? at % (texts.length - 1) : 0;
        const summary = told !== undefined && through > 0 ? { throughNumber: through, text: told } : undefined;
        const options = optionsFor(texts, contextTokens, summary);
        const fitted = await fitPrompt(options).catch((error) => {
          if (!isChatError(error, "too_large")) throw error;
        });
        const room = Math.floor((contextTokens - Math.floor(contextTokens / 4)) * 0.9);
        const cost = (text: string) => encode(text) + 8;
        const last = texts.at(-1)!;
        if (!fitted) return assert.ok(encode(system) + cost(last) > room, "it was refused, though it fits");
        const { messages, maxOutputTokens, system: instructions } = fitted.prompt;
        const said = messages.map((message) => message.text);
        const exact = encode(instructions) + said.reduce((sum, text) => sum + cost(text), 0);
        assert.ok(exact <= room, `${exact} tokens in ${room}`);
        assert.ok(exact <= fitted.tokens && exact + maxOutputTokens <= contextTokens);
        assert.deepEqual(said, texts.slice(-said.length), "not the newest");
        assert.equal(fitted.omittedMessages + said.length, texts.length);
        const isTold = summary !== undefined && instructions.includes(summary.text) && instructions !== system;
        assert.equal(fitted.summarisedMessages, isTold ? through : 0);
        const oldest = texts.length - said.length + 1;
        if (isTold) assert.ok(oldest > through, "what the summary tells is told twice");
        if (oldest > (isTold ? through : 0) + 1) {
          assert.ok(exact + cost(texts[oldest - 2]!) > room, "there was room for one more");
        }
        const next = fitted.summariseThrough;
        if (next !== null) {
          assert.ok(next >= oldest && next < texts.length && next > (isTold ? through : 0));
          assert.ok(exact > room * 0.7 || fitted.omittedMessages > 0 || fitted.tokens > exact);
        }
      },
    ),
    { numRuns: Deno.env.get("TEST_FULL") ? 3000 : 300 },
  );
});

Deno.test("the bound on tokens is never below the true count", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
    assert.ok(tokenBound(text) >= encode(text));
  }));
});

Deno.test("a question that is too large alone is refused with what would help", async () => {
  const options = optionsFor(["hello", "hi", "long ".repeat(3000)], 2000);
  await assert.rejects(fitPrompt(options), (error) => {
    assert.ok(isChatError(error, "too_large"));
    assert.match(error.message, /shorten it or choose a model with a larger window/);
    return true;
  });
});

Deno.test("a summary made for a large model does not silence a small one", async () => {
  const summary = { throughNumber: 2, text: "what was said ".repeat(400) };
  const fitted = await fitPrompt(optionsFor(["one", "two", "three", "four", "five"], 1000, summary));
  assert.equal(fitted.prompt.system, system);
  assert.deepEqual(fitted.prompt.messages.map((message) => message.text), ["one", "two", "three", "four", "five"]);
  assert.equal(fitted.summarisedMessages, 0);
});

Deno.test("a summary is asked for before anything falls out, and not while there is room", async () => {
  const texts = Array.from({ length: 21 }, (_, i) => `message ${i} ` + "word ".repeat(50));
  const roomy = await fitPrompt(optionsFor(texts, 100_000));
  assert.deepEqual([roomy.summariseThrough, roomy.omittedMessages], [null, 0]);
  const nearlyFull = await fitPrompt(optionsFor(texts, 2200));
  assert.deepEqual([nearlyFull.summariseThrough, nearlyFull.omittedMessages], [10, 0]);
});

Deno.test("images count, and a model that sees none is told nothing of them but the person is", async () => {
  const image = { name: "a.png", mediaType: "image/png", bytes: new Uint8Array(10) };
  const conversations: PromptOptions["conversations"] = {
    ...conversationOf(["look"]),
    path: async () => [{
      ...{ number: 1, parent: 0, role: "user" as const, text: "look", author: null },
      attachments: [image, { ...image, mediaType: "text/plain" }],
    }],
  };
  const options = { ...optionsFor(["look"], 8000), conversations };
  const seeing = await fitPrompt(options);
  assert.deepEqual([seeing.prompt.messages[0]?.images, seeing.omittedImages], [[image], 0]);
  assert.ok(seeing.tokens > 1000);
  const blind = await fitPrompt({ ...options, info: { ...options.info!, takesImages: false } });
  assert.deepEqual([blind.prompt.messages[0]?.images, blind.omittedImages], [[], 1]);
});

Deno.test("a conversation of 10,000 messages fits, and is fitted without reading all of it", async () => {
  await using folder = await dataFolder();
  const store = await open({ file: folder.file });
  const { conversation } = await ask(store, "the beginning");
  const database = new DatabaseSync(folder.file);
  database.function("search_words", (text) => String(text));
  database.exec("begin");
  const insert = database.prepare(`
    insert into messages (workspace_id, conversation_id, number, id, parent_number, role, platform, external_id, text, created_at)
    values ('w', ?, ?, ?, ?, ?, 'import', ?, ?, 0)`);
  for (let number = 3; number <= 10_001; number++) {
    const said = `message ${number}: ` + "some words about something ".repeat(number % 40);
    insert.run(conversation, number, `m${number}`, number - 1, number % 2 ? "user" : "assistant", `m${number}`, said);
  }
  database.exec("commit");
  database.close();
  let pages = 0;
  const conversations: PromptOptions["conversations"] = {
    path: (id, from, limit) => (pages++, store.conversations.path(id, from, limit)),
    summary: (id, number) => store.conversations.summary(id, number),
    countBefore: (id, number) => store.conversations.countBefore(id, number),
  };
  for (const contextTokens of [2048, 8192, 32_768]) {
    const options = { ...optionsFor([], contextTokens), conversations, conversation, question: 10_001 };
    const { prompt, tokens, omittedMessages, summariseThrough } = await fitPrompt(options);
    const exact = encode(prompt.system) + prompt.messages.reduce((sum, { text }) => sum + encode(text) + 8, 0);
    assert.ok(exact <= tokens && exact + prompt.maxOutputTokens <= contextTokens);
    assert.ok(exact > (contextTokens - prompt.maxOutputTokens) * 0.7);
    assert.equal(omittedMessages + prompt.messages.length, 10_001);
    assert.ok(summariseThrough !== null && summariseThrough > omittedMessages);
  }
  assert.ok(pages < 20, `${pages} pages were read`);
  await store.close();
});

/** A question with one document, asked as the last message. */
function withDocument(text: string, contextTokens: number): PromptOptions {
  const file = { name: 're"port.txt', mediaType: "text/plain", bytes: new Uint8Array(), text };
  const options = optionsFor(["hello", "hi", "what does it say?"], contextTokens);
  return {
    ...options,
    conversations: {
      ...options.conversations,
      path: async (...asked) =>
        (await options.conversations.path(...asked)).map((message) =>
          message.number === 3 ? { ...message, attachments: [file] } : message
        ),
    },
  };
}

Deno.test("a document is put before the question, and its name cannot end it early", async () => {
  const { prompt, cutFiles } = await fitPrompt(withDocument("[Page 1 of 1]\nAll is well", 8000));
  const [, , question] = prompt.messages;
  assert.equal(question?.text, '<file name="re_port.txt">\n[Page 1 of 1]\nAll is well\n</file>\n\nwhat does it say?');
  assert.deepEqual([prompt.messages.length, cutFiles], [3, []]);
});

Deno.test("of a document that does not fit the window the beginning is sent, and the person is told", async () => {
  const long = Array.from({ length: 40_000 }, (_, i) => `word${i}`).join(" ");
  const options = withDocument(long, 4000);
  const { prompt, tokens, cutFiles } = await fitPrompt(options);
  const question = prompt.messages.at(-1)!.text;
  assert.ok(question.startsWith('<file name="re_port.txt">\nword0 word1 '));
  assert.ok(question.endsWith("did not fit and is left out]\n</file>\n\nwhat does it say?"));
  assert.deepEqual(cutFiles, ['re"port.txt']);
  assert.ok(encode(question) <= tokens && tokens <= 2700, `${tokens} tokens`);
  assert.ok(tokens > 2200, "room was left unused");
});
