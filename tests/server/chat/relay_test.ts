/** `/v1` in the ledger: what is relayed is reserved, settled by the provider's word, and never understated. */
import assert from "node:assert/strict";
import { open } from "../../../adapters/stores/sqlite/open.ts";
import { openModels } from "../../../server/chat/models.ts";
import { relay } from "../../../server/chat/relay.ts";
import { isChatError } from "../../../server/domain/error.ts";
import type { Usage } from "../../../server/domain/ledger.ts";
import {
  type ModelProvider,
  ProviderError,
  type Relayed,
  type RelayingProvider,
} from "../../../server/domain/model.ts";
import { dataFolder } from "../../adapters/stores/sqlite/data_folder.ts";
import { openScriptedProvider } from "../../fakes/scripted_provider.ts";

const usage: Usage = {
  ...{ inputTokens: 10, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0 },
  isReported: true,
};
const caller = { workspace: "w", person: null };
const body = { model: "script", messages: [{ role: "user", content: "hello" }], max_tokens: 50 };

Deno.test("a relayed answer is booked when the client has read it, at what the provider says was used", async () => {
  await using ledger = await openLedger();
  const { body: stream } = await ledger.call(async () => answered(200, "the answer", usage));
  assert.ok((await ledger.state()).startsWith("reserved"));
  assert.equal(await new Response(stream).text(), "the answer");
  assert.equal(await ledger.state(), `settled ${10 + 5 * 3}`);
});

Deno.test("a refused call costs nothing, whoever refuses it", async () => {
  await using ledger = await openLedger();
  const refused = await ledger.call(async () => answered(401, "no", null));
  assert.deepEqual([refused.status, await new Response(refused.body).text()], [401, "no"]);
  assert.equal(await ledger.state(), "settled 0");
  await using another = await openLedger();
  const unreachable = async () => {
    throw new ProviderError("unreachable", "nobody is there");
  };
  await assert.rejects(another.call(unreachable), ProviderError);
  assert.equal(await another.state(), "settled 0");
});

Deno.test("a call that was sent and never answered stays booked at its worst case", async () => {
  await using ledger = await openLedger();
  const silent = async () => {
    throw new ProviderError("slow_start", "no answer came");
  };
  await assert.rejects(ledger.call(silent), ProviderError);
  assert.match(await ledger.state(), /^reserved [1-9]/);
});

Deno.test("a client that goes away leaves the worst case booked when the provider says nothing", async () => {
  await using ledger = await openLedger();
  const { body: stream } = await ledger.call(async () => answered(200, "the answer", null));
  await stream.cancel();
  assert.match(await ledger.state(), /^reserved [1-9]/);
});

Deno.test("nothing is sent when the budget is used up, or for a model that nobody has", async () => {
  await using ledger = await openLedger();
  let sent = 0;
  const provider = async () => (sent++, answered(200, "x", usage));
  const tooMuch = { ...body, max_tokens: 10_000_000 };
  await assert.rejects(ledger.call(provider, tooMuch), (error) => isChatError(error, "over_budget"));
  const unknown = { ...body, model: "nobody/x" };
  await assert.rejects(ledger.call(provider, unknown), (error) => isChatError(error, "invalid"));
  assert.equal(sent, 0);
});

Deno.test("a provider that speaks only our own words answers an OpenAI client too", async () => {
  await using folder = await dataFolder();
  const store = await open({ file: folder.file });
  const models = modelsOf(openScriptedProvider());
  const options = { ledger: store.ledger, models, owner: "test" };
  const request = { path: "chat/completions" as const, body };
  const whole = await relay(options, caller, { request, signal: AbortSignal.timeout(5000) });
  const { choices } = JSON.parse(await new Response(whole.body).text());
  const streaming = { ...request, body: { ...body, stream: true } };
  const stream = await relay(options, caller, { request: streaming, signal: AbortSignal.timeout(5000) });
  const events = (await new Response(stream.body).text()).split("\n\n").map((line) => line.slice("data: ".length));
  assert.equal(events.at(-2), "[DONE]");
  const deltas = events.slice(0, -2).map((event) => JSON.parse(event).choices[0].delta.content ?? "");
  assert.equal(deltas.join(""), choices[0].message.content);
  await store.close();
});

function answered(status: number, text: string, used: Usage | null): Relayed {
  const bytes = new TextEncoder().encode(text);
  return {
    ...{ status, contentType: "application/json", retryAfter: null },
    body: new ReadableStream({
      type: "bytes",
      start(controller) {
        controller.enqueue(bytes);
        controller.close();
      },
    }),
    usage: Promise.resolve(used),
  };
}

function modelsOf(provider: ModelProvider) {
  return openModels({
    providers: async () => [provider],
    ...{ defaultModel: "scripted/script", fallbackModel: null, backgroundModel: null },
  });
}

/** A ledger with a budget of one dollar, and what it says of the one call that was made. */
async function openLedger() {
  const folder = await dataFolder();
  const store = await open({ file: folder.file });
  const free = { workspace: "w", id: "first", person: null };
  const nothing = { call: 0, purpose: "relay" as const, model: "x", microUsd: 0 };
  await store.ledger.reserveFree(free, nothing, { owner: "test", leaseMs: 60_000 });
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(folder.file);
  database.exec("update budgets set limit_micro_usd = 1000000; delete from ledger");
  return {
    call(answer: RelayingProvider["relay"], asked: Record<string, unknown> = body) {
      const provider: RelayingProvider = { ...openScriptedProvider(), relay: answer };
      const options = { ledger: store.ledger, models: modelsOf(provider), owner: "test" };
      const request = { path: "chat/completions" as const, body: asked };
      return relay(options, caller, { request, signal: AbortSignal.timeout(5000) });
    },
    async state(): Promise<string> {
      const row = database.prepare("select state, coalesce(cost_micro_usd, reserved_micro_usd) as n from ledger").get();
      return `${row?.state} ${row?.n}`;
    },
    async [Symbol.asyncDispose]() {
      database.close();
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
