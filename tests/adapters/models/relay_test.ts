/** A client's own request passes through as it is, and what it used is heard. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { openStreamTap, openWholeTap } from "../../../adapters/models/openai_compatible/usage_tap.ts";
import { isRelaying, ProviderError, type RelayRequest } from "../../../server/domain/model.ts";
import { scriptTokens } from "../../fakes/model_script.ts";
import { until, withServer } from "./asking.ts";

const never = new AbortController().signal;
const messages = [{ role: "user", content: "Hello" }];
const outputTokens = 12;

Deno.test("a stream is passed on byte for byte, with the usage that its client asked for", async () => {
  await withServer({}, async ({ provider, server }) => {
    assert.ok(isRelaying(provider));
    const body = {
      model: "sim-n12-split7-crlf1",
      messages,
      stream: true,
      stream_options: { include_usage: true },
      seed: 4,
    };
    const relayed = await provider.relay({ path: "chat/completions", body }, never);
    assert.equal(relayed.status, 200);
    assert.match(relayed.contentType, /^text\/event-stream/);
    assert.equal(await new Response(relayed.body).text(), await sameFrom(server.url, body));
    assert.equal((await relayed.usage)?.outputTokens, outputTokens);
    assert.deepEqual(server.requests[0]!.body, body);
  });
});

Deno.test("a client that has not asked for usage gets the very bytes it would have got, and it is heard all the same", async () => {
  await withServer({}, async ({ provider, server }) => {
    for (const model of ["sim-n12", "sim-n12-tps200", "sim-n12-split7", "sim-n12-split7-crlf1", "sim-n12-ping1"]) {
      const body = { model, messages, stream: true };
      const { body: stream, usage } = await provider.relay({ path: "chat/completions", body }, never);
      assert.equal(await new Response(stream).text(), await sameFrom(server.url, body), model);
      assert.equal((await usage)?.outputTokens, outputTokens, model);
    }
  });
});

Deno.test("an answer in one piece and embeddings are passed on, with their usage", async () => {
  await withServer({}, async ({ provider, server }) => {
    const long = Array.from({ length: 1_000 }, (_, i) => `text ${i}`);
    for (
      const request of [
        { path: "chat/completions", body: { model: "sim-n12", messages } },
        { path: "embeddings", body: { model: "sim", input: "Hello" } },
        { path: "embeddings", body: { model: "sim", input: long, dimensions: 256 } },
      ] satisfies RelayRequest[]
    ) {
      const { body, usage, contentType } = await provider.relay(request, never);
      const same = await fetch(`${server.url}/${request.path}`, { method: "POST", body: JSON.stringify(request.body) });
      assert.equal(await new Response(body).text(), await same.text());
      assert.equal(contentType, "application/json");
      assert.ok((await usage)!.inputTokens > 0);
    }
  });
});

Deno.test("an error status is an answer: it is passed on, and nothing is sent again", async () => {
  await withServer({}, async ({ provider, server }) => {
    const body = { model: "sim-fail429-ra7", messages, stream: true };
    const relayed = await provider.relay({ path: "chat/completions", body }, never);
    assert.deepEqual([relayed.status, relayed.retryAfter], [429, "7"]);
    assert.match(await new Response(relayed.body).text(), /scripted failure 429/);
    assert.equal(await relayed.usage, null);
    assert.equal(server.counts.posts, 1);
  });
});

Deno.test("no answer at all is told in a sentence", async () => {
  await withServer({}, async ({ provider, server }) => {
    const request = { path: "chat/completions", body: { model: "sim-drop1", messages } } as const;
    await assert.rejects(provider.relay(request, never), (error) => {
      return error instanceof ProviderError && error.fault === "cut_off";
    });
    assert.equal(server.counts.posts, 1);
    await server.close();
    await assert.rejects(provider.relay(request, never), { fault: "unreachable" });
  });
});

Deno.test("a stream that breaks breaks for the client too, after what came", async () => {
  await withServer({}, async ({ provider }) => {
    const body = { model: "sim-n12-cut5", messages, stream: true };
    const relayed = await provider.relay({ path: "chat/completions", body }, never);
    let text = "";
    await assert.rejects(async () => {
      const decoder = new TextDecoder();
      for await (const piece of relayed.body) text += decoder.decode(piece, { stream: true });
    }, { fault: "cut_off" });
    const heard = text.split("\n\n").filter((event) => event.startsWith("data:"))
      .map((event) => JSON.parse(event.slice(5)).choices[0].delta.content ?? "").join("");
    assert.equal(heard, scriptTokens("Hello", 12).slice(0, 5).join(""));
    assert.equal(await relayed.usage, null);
  });
});

Deno.test("a client that goes away closes the connection to the model, by leaving or by its signal", async () => {
  await withServer({}, async ({ provider, server }) => {
    const body = { model: "sim-n100-tps20", messages, stream: true };
    const left = await provider.relay({ path: "chat/completions", body }, never);
    const reader = left.body.getReader();
    await reader.read();
    await reader.cancel();
    await until(() => server.counts.aborted === 1);
    assert.equal(await left.usage, null);
    const stop = new AbortController();
    const stopped = await provider.relay({ path: "chat/completions", body }, stop.signal);
    stop.abort();
    await until(() => server.counts.aborted === 2);
    await assert.rejects(new Response(stopped.body).text());
    assert.equal(await stopped.usage, null);
  });
});

Deno.test("a client that reads slowly slows the model down", async () => {
  await withServer({}, async ({ provider, server }) => {
    const body = { model: "sim-n200000", messages, stream: true };
    const relayed = await provider.relay({ path: "chat/completions", body }, never);
    let sent = -1;
    await until(() => sent === (sent = server.counts.tokens), 100);
    assert.ok(sent < 100_000, `${sent} tokens were taken in advance`);
    await relayed.body.cancel();
  });
});

Deno.test("what a stream says of its usage is heard however it is torn, and only that event is left out", () => {
  const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };
  const said = fc.array(fc.string({ unit: "grapheme" }), { maxLength: 5 });
  fc.assert(fc.property(said, fc.boolean(), fc.array(fc.nat(40)), (texts, crlf, cuts) => {
    const line = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
    const events = texts.map((content) => line({ choices: [{ delta: { content } }], usage: null }));
    const ends = (text: string) => new TextEncoder().encode(crlf ? text.replaceAll("\n", "\r\n") : text);
    const whole = ends([...events, line({ choices: [], usage }), "data: [DONE]\n\n"].join(""));
    const tap = openStreamTap({ reportsCost: false, dropsUsage: true });
    const out: Uint8Array[] = [];
    let at = 0;
    for (const cut of [...cuts, whole.length]) {
      out.push(tap.push(whole.subarray(at, at + cut)));
      at += cut;
    }
    out.push(tap.end());
    assert.deepEqual(joined(out), ends([...events, "data: [DONE]\n\n"].join("")));
    assert.equal(tap.usage?.outputTokens, 7);
  }));
});

Deno.test("usage is found at the end of an answer too long to be kept", () => {
  const tap = openWholeTap({ reportsCost: false });
  tap.push(new TextEncoder().encode(`{"data":[${"0,".repeat(300_000)}0],"usage":{"prompt_tokens":3,"x":{"y":1}}}`));
  assert.equal(tap.usage?.inputTokens, 3);
});

async function sameFrom(url: string, body: unknown): Promise<string> {
  const answer = await fetch(`${url}/chat/completions`, { method: "POST", body: JSON.stringify(body) });
  return await answer.text();
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(pieces.flatMap((piece) => [...piece]));
}
