/** What servers write, in the words of each, becomes one thing. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { addressOf } from "../../../adapters/models/openai_compatible/address.ts";
import { decodeOllama, decodeOpenRouter } from "../../../adapters/models/openai_compatible/model_decode.ts";
import {
  afterInstruction,
  afterPrefill,
  openTrimmer,
  overlap,
} from "../../../adapters/models/openai_compatible/overlap.ts";
import { presetAt, presetOf } from "../../../adapters/models/openai_compatible/preset.ts";
import { openEvents, openLines } from "../../../adapters/models/openai_compatible/stream.ts";
import { openThoughts } from "../../../adapters/models/openai_compatible/think.ts";
import { decodeOllamaUsage, decodeUsage } from "../../../adapters/models/openai_compatible/usage.ts";

const reported = { cachedInputTokens: 0, reasoningTokens: 0, isReported: true };

Deno.test("usage is the same thing whoever says it", () => {
  const free = { reportsCost: false };
  const openai = {
    usage: {
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 128, accepted_prediction_tokens: 0 },
    },
  };
  assert.deepEqual(decodeUsage(openai, free), {
    inputTokens: 2006,
    outputTokens: 300,
    cachedInputTokens: 1920,
    reasoningTokens: 128,
    isReported: true,
  });
  const openrouter = {
    usage: {
      prompt_tokens: 194,
      completion_tokens: 2,
      total_tokens: 196,
      cost: 0.00095014,
      cost_details: { upstream_inference_cost: null },
      prompt_tokens_details: { cached_tokens: 100, cache_write_tokens: 100 },
      completion_tokens_details: { reasoning_tokens: 0 },
    },
  };
  assert.deepEqual(decodeUsage(openrouter, { reportsCost: true }), {
    ...reported,
    inputTokens: 194,
    outputTokens: 2,
    cachedInputTokens: 100,
    costMicroUsd: 951,
  });
  const byok = {
    usage: { ...openrouter.usage, cost: 0.0001, is_byok: true, cost_details: { upstream_inference_cost: 0.002 } },
  };
  assert.equal(decodeUsage(byok, { reportsCost: true })?.costMicroUsd, 2_100);
  const llamacpp = {
    choices: [],
    usage: { completion_tokens: 8, prompt_tokens: 42, total_tokens: 50 },
    timings: { cache_n: 36, prompt_n: 6, predicted_n: 8 },
  };
  assert.deepEqual(decodeUsage(llamacpp, free), {
    ...reported,
    inputTokens: 42,
    outputTokens: 8,
    cachedInputTokens: 36,
  });
  const lmstudio = {
    usage: { prompt_tokens: 24, completion_tokens: 53, total_tokens: 77 },
    stats: { tokens_per_second: 51.4, stop_reason: "eosFound" },
  };
  assert.deepEqual(decodeUsage(lmstudio, free), { ...reported, inputTokens: 24, outputTokens: 53 });
  const ollama = { model: "llama3.2", done: true, prompt_eval_count: 26, eval_count: 298, total_duration: 4883583458 };
  assert.deepEqual(decodeOllamaUsage(ollama), { ...reported, inputTokens: 26, outputTokens: 298 });
});

Deno.test("usage that makes no sense is none", () => {
  const free = { reportsCost: false };
  for (const usage of [null, {}, 7, [], { prompt_tokens: -1, completion_tokens: 1 }, { prompt_tokens: "9" }]) {
    assert.equal(decodeUsage({ usage }, free), undefined);
  }
  assert.equal(decodeUsage(null, free), undefined);
  assert.equal(decodeOllamaUsage({ done: true, eval_count: 3 }), undefined);
  const cost = (cost: unknown) =>
    decodeUsage({ usage: { prompt_tokens: 1, completion_tokens: 1, cost } }, { reportsCost: true })?.costMicroUsd;
  assert.deepEqual([-1, "0.1", NaN, 1e9].map(cost), [undefined, undefined, undefined, undefined]);
  assert.deepEqual([0, 0.1 + 0.2, 0.0000001].map(cost), [0, 300_000, 1]);
});

Deno.test("prices are whole micro-dollars a million tokens; a negative or absurd one is unknown", () => {
  const priced = (pricing: unknown) => decodeOpenRouter([{ id: "a/b", pricing }])[0]!.price;
  assert.deepEqual(priced({ prompt: "0.00000015", completion: "0.0000006", input_cache_read: "0.000000075" }), {
    input: 150_000,
    cachedInput: 75_000,
    output: 600_000,
  });
  assert.deepEqual(priced({ prompt: "0", completion: "0" }), { input: 0, cachedInput: 0, output: 0 });
  assert.equal(priced({ prompt: "-1", completion: "-1" }), null);
  assert.equal(priced({ prompt: "3", completion: "15" }), null);
  assert.equal(priced({ prompt: "abc", completion: "" }), null);
  assert.equal(priced(undefined), null);
});

Deno.test("OpenRouter's models that do not answer in text are left out", () => {
  const models = [
    {
      id: "a/text",
      name: "A",
      context_length: 8192,
      architecture: { input_modalities: ["text"], output_modalities: ["text"] },
    },
    { id: "a/picture", architecture: { output_modalities: ["image"] } },
    "nonsense",
  ];
  assert.deepEqual(
    decodeOpenRouter(models).map(({ id, contextTokens, takesImages }) => [id, contextTokens, takesImages]),
    [
      ["a/text", 8192, false],
    ],
  );
});

Deno.test("Ollama's context is what its owner set, what is loaded, or what fits a laptop", () => {
  const of = (name: string, show: unknown, running: unknown[] = []) =>
    decodeOllama([{ name }], [show], running)[0]?.contextTokens;
  const trained = { "llama.context_length": 131_072 };
  assert.equal(of("a", { model_info: trained, parameters: "stop x\nnum_ctx                 32768" }), 32_768);
  assert.equal(of("a", { model_info: trained }, [{ name: "a", context_length: 65_536 }]), 65_536);
  assert.equal(of("a", { model_info: trained }, [{ name: "b", context_length: 65_536 }]), 8_192);
  assert.equal(of("a", { model_info: { "gptneox.context_length": 2_048 } }), 2_048);
  assert.equal(of("a", undefined), 8_192);
  assert.equal(of("embedder", { capabilities: ["embedding"] }), undefined);
});

Deno.test("lines and events come whole from any pieces", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const word = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\r\n]/g, " "));
  const pieces = (whole: Uint8Array, size: number) =>
    Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.subarray(i * size, (i + 1) * size));
  fc.assert(fc.property(fc.array(word), fc.integer({ min: 1, max: 9 }), fc.boolean(), (texts, size, crlf) => {
    const end = crlf ? "\r\n" : "\n";
    const lines = openLines();
    const found = pieces(bytes(texts.map((text) => text + end).join("")), size).flatMap((piece) => lines.read(piece));
    assert.deepEqual([...found, ...lines.end()], texts);
    const events = openEvents();
    const stream = bytes(texts.map((text) => `: ping${end}event: x${end}data: ${text}${end}${end}`).join(""));
    const heard = pieces(stream, size).flatMap((piece) => events.read(piece));
    assert.deepEqual([...heard, ...events.end()], texts);
  }));
});

Deno.test("an event without end is refused before it fills the memory", () => {
  const events = openEvents(1_000);
  assert.throws(() => {
    for (let i = 0; i < 100; i++) events.read(new TextEncoder().encode("data: " + "x".repeat(100)));
  }, RangeError);
});

Deno.test("thoughts are told apart wherever the tags are torn", () => {
  fc.assert(fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 9 }), (thought, answer, size) => {
    fc.pre(!thought.includes("</think>") && !/^\s*<think>/.test(answer));
    const text = `\n<think>${thought}</think>\n\n${answer}`;
    const thoughts = openThoughts();
    const found = (text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? []).flatMap((piece) => thoughts.push(piece));
    found.push(...thoughts.end());
    const said = (type: string) => found.filter((part) => part.type === type).map(({ text }) => text).join("");
    assert.equal(said("reasoning"), thought);
    assert.equal(said("text"), answer.trimStart());
  }));
});

Deno.test("a text without thoughts loses nothing", () => {
  fc.assert(fc.property(fc.array(fc.string()), (pieces) => {
    fc.pre(!pieces.join("").trimStart().startsWith("<think>"));
    const thoughts = openThoughts();
    const found = [...pieces.flatMap((piece) => thoughts.push(piece)), ...thoughts.end()];
    assert.equal(found.map(({ text }) => text).join(""), pieces.join(""));
  }));
});

const varied = fc.string({ unit: fc.constantFrom("a", "b", " "), maxLength: 60 });
const { least } = afterInstruction;
const prefixes = fc.string({ unit: fc.constantFrom("a", "b", " "), minLength: least, maxLength: 60 });

Deno.test("what a model repeats of an answer is left out, in pieces of any size", () => {
  fc.assert(fc.property(prefixes, varied, fc.nat(60), fc.integer({ min: 1, max: 9 }), (prefix, rest, from, size) => {
    const repeated = prefix.slice(Math.min(from, prefix.length - least));
    const trimmer = openTrimmer(prefix, afterInstruction);
    const said = repeated + rest;
    const kept = (said.match(new RegExp(`[^]{1,${size}}`, "g")) ?? []).map((piece) => trimmer.push(piece)).join("") +
      trimmer.end();
    // More than was meant may be a repeat by chance; never less, and what is left is always an end of what was said.
    assert.ok(kept.length <= rest.length);
    assert.ok(said.endsWith(kept));
    assert.ok(prefix.endsWith(said.slice(0, said.length - kept.length)));
  }));
});

Deno.test("what is no repeat is kept to the last character", () => {
  fc.assert(fc.property(varied, varied, (prefix, text) => {
    for (const rule of [afterInstruction, afterPrefill]) {
      const trimmer = openTrimmer(prefix, rule);
      const kept = [...text].map((piece) => trimmer.push(piece)).join("") + trimmer.end();
      const dropped = text.slice(0, text.length - kept.length);
      assert.equal(dropped + kept, text);
      assert.ok(dropped === "" || dropped.length >= rule.least && prefix.endsWith(dropped));
    }
  }));
});

Deno.test("after a prefill, repeated lines are meant; only a second start from the beginning is not", () => {
  const table = "| a | b | c | d |\n| - | - | - | - |\n| 1 | 2 | 3 | 4 |\n";
  assert.equal(overlap(table, "| 1 | 2 | 3 | 4 |\n", afterPrefill), 0);
  assert.equal(overlap(table, `${table}| 5`, afterPrefill), table.length);
  assert.equal(overlap("ha ha ", "ha ha ha", afterInstruction), 0);
});

Deno.test("an address is understood as people write it", () => {
  const of = (kind: string, written: string) => {
    const { root, api, host, isLocal } = addressOf(written, presetOf(kind));
    return [root, api, host, isLocal];
  };
  assert.deepEqual(of("ollama", "0.0.0.0"), [
    "http://127.0.0.1:11434",
    "http://127.0.0.1:11434/v1",
    "127.0.0.1:11434",
    true,
  ]);
  assert.deepEqual(of("ollama", ":9999"), [
    "http://127.0.0.1:9999",
    "http://127.0.0.1:9999/v1",
    "127.0.0.1:9999",
    true,
  ]);
  assert.deepEqual(of("ollama", "http://gpu.lan:11434/v1/"), [
    "http://gpu.lan:11434",
    "http://gpu.lan:11434/v1",
    "gpu.lan:11434",
    false,
  ]);
  assert.deepEqual(of("custom", "https://models.example.com"), [
    "https://models.example.com",
    "https://models.example.com/v1",
    "models.example.com:443",
    false,
  ]);
  assert.deepEqual(of("custom", "https://x.example/api/openai/"), [
    "https://x.example/api/openai",
    "https://x.example/api/openai",
    "x.example:443",
    false,
  ]);
});

Deno.test("only this very machine is local", () => {
  const isLocal = (host: string) => addressOf(`http://${host}:1/v1`, presetOf("custom")).isLocal;
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "LOCALHOST", "[::1]", "0.0.0.0"]) {
    assert.ok(isLocal(host), host);
  }
  for (
    const host of ["192.168.1.2", "10.0.0.1", "gpu.local", "localhost.example.com", "127.0.0.1.nip.io", "[fe80::1]"]
  ) {
    assert.equal(isLocal(host), false, host);
  }
});

Deno.test("an address that cannot work is refused without repeating a password in it", () => {
  for (const written of ["", "ftp://x", "http://me:secret@x/v1", "http://me:secret@"]) {
    assert.throws(() => addressOf(written, presetOf("openai")), (error) => {
      return error instanceof Error && /^Cannot use OPENAI_BASE_URL: /.test(error.message) &&
        !/secret/.test(error.message);
    });
  }
});

Deno.test("another server behind OPENAI_BASE_URL is spoken to as what it is", () => {
  assert.equal(presetAt("openai", "api.openai.com").maxTokensField, "max_completion_tokens");
  assert.equal(presetAt("openai", "127.0.0.1").maxTokensField, "max_tokens");
  assert.equal(presetAt("openai", "notopenai.com").continuation, "prefill");
  assert.throws(() => presetOf("nope"), { message: /must be one of openai, openrouter, ollama/ });
});
