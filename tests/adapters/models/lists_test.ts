/** Which models a server has is found out in the way of each kind. */
import assert from "node:assert/strict";
import { models as table } from "../../../adapters/models/table.ts";
import { decodeOpenAi } from "../../../adapters/models/openai_compatible/model_decode.ts";
import { direct, withServer } from "./asking.ts";

const never = new AbortController().signal;

Deno.test("every kind of server lists its models; on this machine they cost nothing", async () => {
  const free = { input: 0, cachedInput: 0, output: 0 };
  const none = { contextTokens: null, maxOutputTokens: null, takesImages: null, price: free };
  const expected = {
    openai: { ...none, name: "sim" },
    custom: { ...none, name: "sim" },
    openrouter: { ...none, name: "Scripted model", contextTokens: 65_536, maxOutputTokens: 8_192, takesImages: true },
    lmstudio: { ...none, name: "sim", contextTokens: 8_192, takesImages: false },
    llamacpp: { ...none, name: "sim", contextTokens: 16_384, takesImages: true },
    ollama: { ...none, name: "sim", contextTokens: 8_192, takesImages: false },
  };
  for (const [kind, model] of Object.entries(expected)) {
    const flavour = kind === "openrouter" || kind === "lmstudio" || kind === "llamacpp" ? kind : "openai";
    await withServer({ kind, flavour, models: ["sim"], apiKey: "k", key: "k" }, async ({ provider, server }) => {
      assert.deepEqual(await provider.models(never), [{ ...model, id: "sim" }], kind);
      assert.equal(server.counts.posts, 0);
    });
  }
});

Deno.test("a wrong key, a dead server and a stopped request are told in a sentence", async () => {
  for (const kind of ["openai", "ollama"]) {
    await withServer({ kind, key: "right", apiKey: "wrong" }, async ({ provider, server }) => {
      await assert.rejects(provider.models(never), { name: "ProviderError", fault: "wrong_key" });
      assert.equal(server.requests.filter(({ path }) => /models$|tags$/.test(path)).length, 1);
      await assert.rejects(provider.models(AbortSignal.abort()), { fault: "unreachable" });
      await server.close();
      await assert.rejects(provider.models(never), { fault: "unreachable", message: /^Nothing answers at/ });
    });
  }
});

Deno.test("OpenAI's list is without what does not chat", () => {
  const chat = ["gpt-5.2", "gpt-4o", "o4-mini", "chatgpt-4o-latest"];
  const others = ["text-embedding-3-small", "whisper-1", "dall-e-3", "tts-1", "sora-2", "gpt-realtime", "gpt-image-1"];
  assert.deepEqual(decodeOpenAi([...others, ...chat].map((id) => ({ id }))).map(({ id }) => id), chat);
});

Deno.test("every row of the table opens, without a connection", async () => {
  for (const [kind, { load }] of Object.entries(table)) {
    const { open } = await load();
    const baseUrl = kind === "custom" ? "http://127.0.0.1:1/v1" : null;
    const provider = await open({ name: kind, kind, baseUrl, apiKey: "k" }, {
      network: direct,
      findServers: async () => [],
    });
    assert.equal(provider.name, kind);
    assert.equal(provider.isLocal, !["openai", "openrouter"].includes(kind));
    if ("close" in provider && typeof provider.close === "function") await provider.close();
  }
});
