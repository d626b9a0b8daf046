/** OpenAI's own client, and others that speak its language, against `/v1`. */
import assert from "node:assert/strict";
import OpenAI from "openai";
import { scriptTokens } from "../../fakes/model_script.ts";
import { openWorld, post, type World, type WorldOptions } from "./world.ts";

/** A world that listens on a port of its own, as clients need it. */
async function serve(options: WorldOptions = {}) {
  const world = await openWorld(options);
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, info) => world.fetch(request, info),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  return {
    ...{ world, url },
    openai: new OpenAI({ baseURL: `${url}/v1`, apiKey: "anything", maxRetries: 0 }),
    async [Symbol.asyncDispose]() {
      world.closing.abort();
      await server.shutdown();
      await world[Symbol.asyncDispose]();
    },
  };
}

const hello = [{ role: "user" as const, content: "hello" }];
const answer = scriptTokens("hello", 20).join("");

/** Waits for what must come soon, without guessing how soon. */
async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 10) {
    assert.ok(waited < 5000, `${what} did not happen in time`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test("the openai package lists models, chats, streams and embeds", async () => {
  await using it = await serve();
  const ids = (await Array.fromAsync(await it.openai.models.list())).map(({ id }) => id);
  assert.ok(ids.includes("sim/sim-n20"));
  assert.equal((await it.openai.models.retrieve("sim/sim-n20")).owned_by, "sim");

  const whole = await it.openai.chat.completions.create({ model: "sim/sim-n20", messages: hello });
  assert.equal(whole.choices[0]?.message.content, answer);
  assert.equal(whole.usage?.completion_tokens, 20);

  const stream = await it.openai.chat.completions.create({ model: "sim/sim-n20", messages: hello, stream: true });
  let text = "";
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? "";
    assert.equal(chunk.usage ?? null, null);
  }
  assert.equal(text, answer);

  const { data } = await it.openai.embeddings.create({ model: "sim/sim", input: ["a", "b"] });
  assert.equal(data.length, 2);
});

Deno.test("tools and usage in a stream come through", async () => {
  await using it = await serve();
  const stream = await it.openai.chat.completions.create({
    model: "sim/sim-tool1",
    messages: hello,
    stream: true,
    stream_options: { include_usage: true },
    tools: [{ type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } }],
  });
  const chunks = await Array.fromAsync(stream);
  assert.ok(chunks.some(({ choices }) => choices[0]?.delta.tool_calls?.[0]?.function?.name));
  assert.ok((chunks.at(-1)?.usage?.total_tokens ?? 0) > 0);
});

Deno.test("requests that are odd but legal are passed on as they are", async () => {
  await using world = await openWorld();
  const odd = {
    model: "sim/sim-n20",
    messages: [{ role: "user", content: [{ type: "text", text: "hello" }] }],
    stream: null,
    temperature: null,
    max_completion_tokens: 100,
    tools: [],
    stop: null,
    user: "someone",
    a_field_of_tomorrow: { deep: [1, { er: null }] },
  };
  const response = await world.request("/v1/chat/completions", post(odd));
  assert.equal(response.status, 200);
  const sent = world.model.requests.at(-1)?.body as Record<string, unknown>;
  assert.deepEqual({ ...sent }, { ...sent, ...odd, model: "sim-n20" });
});

Deno.test("without a model's name the default answers", async () => {
  await using world = await openWorld();
  for (const model of [undefined, null, ""]) {
    const response = await world.request("/v1/chat/completions", post({ model, messages: hello }));
    assert.equal((await response.json()).choices[0].message.content, answer);
  }
});

Deno.test("what the provider refuses is passed on, and the client knows the error", async () => {
  await using it = await serve();
  const ask = (model: string) => it.openai.chat.completions.create({ model, messages: hello });
  await assert.rejects(ask("sim/sim-fail429"), OpenAI.RateLimitError);
  await assert.rejects(ask("sim/sim-fail401"), (error) => error instanceof OpenAI.APIError && error.status === 401);
  await assert.rejects(ask("nobody/knows"), (error) => error instanceof OpenAI.APIError && (error.status ?? 0) < 500);
  await assert.rejects(ask("sim/sim-drop1"), (error) => error instanceof OpenAI.APIError && error.status === 502);
});

Deno.test("errors of ours have OpenAI's shape", async () => {
  await using world = await openWorld();
  for (
    const [path, init, status] of [
      ["/v1/responses", post({}), 404],
      ["/v1/chat/completions", { method: "GET" }, 405],
      ["/v1/chat/completions", { method: "POST", body: "{" }, 400],
      ["/v1/models/sim/none", {}, 404],
      ["/v1/models/100%25", {}, 404],
    ] as const
  ) {
    const response = await world.request(path, init);
    assert.equal(response.status, status, path);
    const { error } = await response.json();
    assert.deepEqual(Object.keys(error), ["message", "type", "param", "code"]);
    assert.equal(error.type, "invalid_request_error");
  }
});

Deno.test("a call ends with its client, in the middle of the answer or before it began", async () => {
  await using it = await serve();
  const { model } = it.world;
  const stream = await it.openai.chat.completions.create({
    model: "sim/sim-n120-tps10",
    messages: hello,
    stream: true,
  });
  for await (const _ of stream) break;
  await until(() => model.counts.aborted === 1, "the end of the stream");

  // By `fetch`: the package's own abort leaves its connection open while it waits for an answer.
  const leaving = new AbortController();
  const slow = post({ model: "sim/sim-n20-ttft60000", messages: hello });
  const left = assert.rejects(fetch(`${it.url}/v1/chat/completions`, { ...slow, signal: leaving.signal }));
  await until(() => model.counts.open === 1, "the call");
  leaving.abort();
  await left;
  await until(() => model.counts.aborted === 2, "the end of the call");
});

Deno.test("a stream that breaks off in the middle ends with an error that the client hears", async () => {
  await using it = await serve();
  const stream = await it.openai.chat.completions.create({ model: "sim/sim-n20-cut7", messages: hello, stream: true });
  let text = "";
  await assert.rejects(async () => {
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
  }, OpenAI.APIError);
  assert.equal(text, scriptTokens("hello", 20).slice(0, 7).join(""));
});

Deno.test("a relayed stream ends with an error when the server closes", async () => {
  await using it = await serve();
  const stream = await it.openai.chat.completions.create({
    model: "sim/sim-n120-tps10",
    messages: hello,
    stream: true,
  });
  const ended = assert.rejects(Array.fromAsync(stream), OpenAI.APIError);
  await until(() => it.world.model.counts.open === 1, "the call");
  it.world.closing.abort();
  await ended;
  await until(() => it.world.model.counts.open === 0, "the end of the call");
});

Deno.test("a relayed call stands in the ledger and in no conversation", async () => {
  await using world: World = await openWorld();
  await (await world.request("/v1/chat/completions", post({ model: "sim/sim-n20", messages: hello }))).text();
  const totals = await world.store.ledger.totals({ workspace: "home" });
  assert.equal(totals.calls, 1);
  assert.equal(totals.outputTokens, 20);
  assert.deepEqual((await (await world.request("/api/conversations")).json()).conversations, []);
});
