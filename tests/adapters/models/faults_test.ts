/** How a scripted server fails, and what the person hears of it. */
import assert from "node:assert/strict";
import { scriptTokens } from "../../fakes/model_script.ts";
import { ask, direct, promptFor, withServer } from "./asking.ts";
import { openCompatible } from "../../../adapters/models/openai_compatible/open.ts";
import { usualLimits } from "../../../adapters/models/openai_compatible/server.ts";

const question = "What is the weather like?";

Deno.test("a wrong key is told with the setting to check, and the key is not in the sentence", async () => {
  for (const kind of ["openai", "openrouter", "custom"]) {
    await withServer({ kind, key: "right", apiKey: "sk-wrong-0123456789" }, async ({ provider, server }) => {
      const { error } = await ask(provider, promptFor("sim", question));
      assert.equal(error?.fault, "wrong_key");
      assert.match(error.message, /refused the key: check (OPENAI|OPENROUTER|CUSTOM)_API_KEY$/);
      assert.doesNotMatch(JSON.stringify([error.message, String(error.cause)]), /wrong-0123/);
      assert.equal(error.isRetryable, false);
      assert.equal(server.counts.posts + server.requests.length, 1);
    });
  }
});

Deno.test("a provider's own sentence is shown without the key in it", async () => {
  await withServer({ apiKey: "verysecretkey" }, async ({ provider }) => {
    const { error } = await ask(provider, promptFor("no-verysecretkey", question));
    assert.equal(error?.fault, "unknown_model");
    assert.match(error.message, /does not exist/);
    assert.doesNotMatch(error.message, /verysecretkey/);
  });
});

Deno.test("an account without credit is told so and not asked again, also where it comes as 429", async () => {
  await withServer({}, async ({ provider, server }) => {
    for (const model of ["sim-fail402", "sim-quota1"]) {
      const { error } = await ask(provider, promptFor(model, question));
      assert.equal(error?.fault, "no_credit");
      assert.match(error.message, /no credit left/);
    }
    assert.equal(server.counts.posts, 2);
  });
});

Deno.test("an unknown model is told so", async () => {
  await withServer({}, async ({ provider }) => {
    const { error } = await ask(provider, promptFor("gpt-99", question));
    assert.equal(error?.fault, "unknown_model");
  });
  await withServer({ kind: "ollama" }, async ({ provider }) => {
    const { error } = await ask(provider, promptFor("llama9", question));
    assert.match(error?.message ?? "", /^Ollama has no such model: fetch it with `ollama pull`/);
  });
});

Deno.test("an address without the API is told so", async () => {
  await withServer({}, async ({ server }) => {
    const settings = { name: "house", kind: "custom", baseUrl: `http://127.0.0.1:${server.port}/wrong`, apiKey: null };
    const provider = openCompatible(settings, direct);
    const { error } = await ask(provider, promptFor("sim", question));
    assert.match(error?.message ?? "", /^house knows no such address: check CUSTOM_BASE_URL/);
    await provider.close();
  });
});

Deno.test("a limit of requests is waited for, and the answer then comes whole", async () => {
  await withServer({}, async ({ provider, server }) => {
    const { text, error } = await ask(provider, promptFor("sim-n8-fail429-ra0-first2", question));
    assert.equal(error, undefined);
    assert.equal(text, scriptTokens(question, 8).join(""));
    assert.equal(server.counts.posts, 3);
  });
});

Deno.test("a limit of requests that stays, or lasts too long, is told with the time to wait", async () => {
  await withServer({}, async ({ provider, server }) => {
    const short = await ask(provider, promptFor("sim-fail429-ra0", question));
    assert.equal(short.error?.fault, "rate_limited");
    assert.equal(server.counts.posts, 3);
    const long = await ask(provider, promptFor("sim-fail429-ra3600", question));
    assert.equal(long.error?.retryAfterMs, 3_600_000);
    assert.match(long.error.message, /try again in 60 minutes$/);
    assert.equal(server.counts.posts, 4);
  });
});

Deno.test("a server's own failure is asked again only where it says that it has done nothing", async () => {
  await withServer({}, async ({ provider, server }) => {
    const { error } = await ask(provider, promptFor("sim-fail500", question));
    assert.equal(error?.fault, "overloaded");
    assert.equal(error.isRetryable, true);
    assert.equal(server.counts.posts, 1);
    const { text } = await ask(provider, promptFor("sim-n5-fail503-ra0-first1", question));
    assert.equal(text, scriptTokens(question, 5).join(""));
    assert.equal(server.counts.posts, 3);
  });
});

Deno.test("a server that is not running is told with how to start it", async () => {
  await withServer({}, async ({ server }) => {
    await server.close();
    const settings = { name: "ollama", kind: "ollama", baseUrl: `127.0.0.1:${server.port}`, apiKey: null };
    const provider = openCompatible(settings, direct, { retryWaitMs: 1 });
    const { error } = await ask(provider, promptFor("sim", question));
    assert.equal(error?.fault, "unreachable");
    assert.equal(
      error.message,
      `Nothing answers at 127.0.0.1:${server.port}, where Ollama should be: start it with \`ollama serve\`, or check OLLAMA_HOST`,
    );
    await assert.rejects(provider.models(new AbortController().signal), { fault: "unreachable" });
    await provider.close();
  });
});

Deno.test("a slow first token is waited for, but not for ever, and the call is not sent again", async () => {
  await withServer({ limits: { startTimeoutMs: 150 } }, async ({ provider, server }) => {
    const { error } = await ask(provider, promptFor("sim-ttft60000", question));
    assert.equal(error?.fault, "slow_start");
    assert.match(error.message, /did not begin to answer within a second/);
    assert.equal(server.counts.posts, 1);
  });
});

Deno.test("signs of life lengthen the wait for the first token, but not without end", async () => {
  await withServer({ limits: { startTimeoutMs: 200 } }, async ({ provider }) => {
    const { error, text } = await ask(provider, promptFor("sim-n3-ttft400-alive20", question));
    assert.equal(error, undefined);
    assert.equal(text, scriptTokens(question, 3).join(""));
    const endless = await ask(provider, promptFor("sim-ttft60000-alive20", question));
    assert.equal(endless.error?.fault, "slow_start");
  });
});

Deno.test("an answer that stalls keeps what came, and says so", async () => {
  for (const kind of ["custom", "ollama"]) {
    await withServer({ kind, limits: { stallTimeoutMs: 150 } }, async ({ provider, server }) => {
      const { error, text } = await ask(provider, promptFor("sim-n20-stall7", question));
      assert.equal(error?.fault, "stalled");
      assert.equal(text, scriptTokens(question, 7).join(""));
      assert.equal(server.counts.posts, 1);
    });
  }
});

Deno.test("an answer that is cut off keeps every token that was sent, and is not asked for again", async () => {
  for (const kind of ["custom", "openai", "ollama"]) {
    await withServer({ kind }, async ({ provider, server }) => {
      for (const tokens of [0, 1, 13]) {
        const { error, text, usage } = await ask(provider, promptFor(`sim-n20-cut${tokens}`, question));
        assert.equal(error?.fault, "cut_off");
        assert.equal(text, scriptTokens(question, tokens).slice(0, tokens).join(""));
        assert.equal(usage, undefined);
      }
      assert.equal(server.counts.posts, 3);
    });
  }
});

Deno.test("an answer that ends without saying so is not taken for a whole one", async () => {
  await withServer({}, async ({ provider }) => {
    const { error, text } = await ask(provider, promptFor("sim-n20-quit6", question));
    assert.equal(error?.fault, "cut_off");
    assert.equal(text, scriptTokens(question, 6).join(""));
  });
});

Deno.test("a malformed event ends the answer with what came before", async () => {
  for (const kind of ["custom", "ollama"]) {
    await withServer({ kind }, async ({ provider }) => {
      const { error, text } = await ask(provider, promptFor("sim-n20-bad5", question));
      assert.equal(error?.fault, "malformed");
      assert.equal(text, scriptTokens(question, 5).join(""));
    });
  }
});

Deno.test("an error told in the middle of a stream keeps what came", async () => {
  for (const kind of ["openrouter", "ollama"]) {
    await withServer({ kind }, async ({ provider }) => {
      const { error, text } = await ask(provider, promptFor("sim-n20-err5", question));
      assert.equal(error?.fault, "overloaded");
      assert.match(error.message, /The upstream provider broke down/);
      assert.equal(text, scriptTokens(question, 5).join(""));
    });
  }
});

Deno.test("a web page in place of an answer is told as a wrong address", async () => {
  await withServer({}, async ({ provider }) => {
    const { error } = await ask(provider, promptFor("sim-html1", question));
    assert.equal(error?.fault, "malformed");
    assert.match(error.message, /a web page: check CUSTOM_BASE_URL/);
  });
});

Deno.test("a conversation that does not fit is told so, also by Ollama, which would shorten it in silence", async () => {
  const long = "word ".repeat(2_000);
  await withServer({ kind: "openai" }, async ({ provider }) => {
    const { error } = await ask(provider, promptFor("sim-ctx100", long));
    assert.equal(error?.fault, "context_too_long");
  });
  await withServer({ kind: "ollama" }, async ({ provider, server }) => {
    const { error } = await ask(provider, promptFor("sim", long, { contextTokens: 512 }));
    assert.equal(error?.fault, "context_too_long");
    const { body } = server.requests[0]!;
    assert.deepEqual((body as { options: unknown }).options, { num_predict: 1_000, num_ctx: 512 });
  });
});

Deno.test("waits are as long as people expect unless a test shortens them", () => {
  assert.equal(usualLimits.startTimeoutMs, 120_000);
  assert.equal(usualLimits.stallTimeoutMs, 60_000);
  assert.equal(usualLimits.maxRetries, 2);
});
