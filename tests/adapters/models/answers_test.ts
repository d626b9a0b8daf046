/** What a working server says arrives as it was said, whatever the shape in which it is sent. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { script, scriptTokens } from "../../fakes/model_script.ts";
import { ask, promptFor, withServer } from "./asking.ts";

const question = "Tell me a story";

Deno.test("an answer arrives whole from every kind of server, with its usage and why it ended", async () => {
  for (const kind of ["openai", "openrouter", "ollama", "lmstudio", "llamacpp", "custom"]) {
    await withServer({ kind }, async ({ provider }) => {
      const { text, finish, usage, error } = await ask(provider, promptFor("sim", question));
      assert.equal(error, undefined);
      assert.equal(text, script(question));
      assert.equal(finish, "stop");
      assert.equal(usage?.outputTokens, scriptTokens(question).length);
      assert.equal(usage.isReported, true);
    });
  }
});

Deno.test("torn into 7 bytes, with CRLF, comments, or without its end: the text is the same", async () => {
  await withServer({}, async ({ provider }) => {
    for (const shape of ["split7", "split1", "crlf1", "split7-crlf1", "ping1", "nodone1", "whole1", "usage2"]) {
      const { text, error } = await ask(provider, promptFor(`sim-${shape}`, question));
      assert.equal(error, undefined, shape);
      assert.equal(text, script(question), shape);
    }
  });
  await withServer({ kind: "ollama" }, async ({ provider }) => {
    for (const shape of ["split7", "crlf1"]) {
      assert.equal((await ask(provider, promptFor(`sim-${shape}`, question))).text, script(question), shape);
    }
  });
});

Deno.test("any question, in pieces of any size, gives its answer unharmed", async () => {
  await withServer({}, async ({ provider }) => {
    const sizes = fc.integer({ min: 1, max: 300 });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme", minLength: 1 }), sizes, fc.boolean(), async (said, size, crlf) => {
        const { text } = await ask(provider, promptFor(`sim-split${size}-crlf${crlf ? 1 : 0}`, said));
        assert.equal(text, script(said));
      }),
      { numRuns: 30 },
    );
  });
});

Deno.test("text that arrives together comes as one event", async () => {
  await withServer({}, async ({ provider }) => {
    const { events } = await ask(provider, promptFor("sim-n100", question));
    const texts = events.filter(({ type }) => type === "text");
    assert.ok(texts.length < 50, `${texts.length} events for 100 tokens sent at once`);
  });
});

Deno.test("without usage from the server there is none, so that it is counted elsewhere", async () => {
  for (const kind of ["custom", "ollama"]) {
    await withServer({ kind }, async ({ provider }) => {
      const { usage, text } = await ask(provider, promptFor("sim-usage0", question));
      assert.equal(usage, undefined);
      assert.equal(text, script(question));
    });
  }
});

Deno.test("thoughts come apart from the answer, from their own field or between tags", async () => {
  const tokens = scriptTokens(question, 20);
  const answer = tokens.slice(6).join("").trimStart();
  for (
    const [kind, model] of [["custom", "sim-n20-think6"], ["ollama", "sim-n20-think6"], [
      "lmstudio",
      "sim-n20-think6-tag1",
    ], [
      "llamacpp",
      "sim-n20-think6-tag1-split3",
    ]] as const
  ) {
    await withServer({ kind }, async ({ provider }) => {
      const { text, reasoning } = await ask(provider, promptFor(model, question));
      assert.equal(reasoning, tokens.slice(0, 6).join(""), kind);
      assert.equal(text.trimStart(), answer, kind);
    });
  }
});

Deno.test("an interrupted answer goes on with the very next character", async () => {
  const whole = script(question);
  for (const kind of ["openrouter", "ollama", "lmstudio", "llamacpp", "custom"]) {
    await withServer({ kind }, async ({ provider }) => {
      for (const length of [1, 17, Math.floor(whole.length / 2), whole.length - 1]) {
        const { text } = await ask(provider, promptFor("sim", question, { prefix: whole.slice(0, length) }));
        assert.equal(whole.slice(0, length) + text, whole, `${kind} after ${length}`);
      }
    });
  }
});

Deno.test("a model that takes no prefill is asked in words, and what it repeats is left out", async () => {
  const whole = script(question);
  const prefix = whole.slice(0, 60);
  await withServer({ kind: "llamacpp" }, async ({ provider, server }) => {
    for (const model of ["sim-noprefill1", "sim-noprefill1-repeat30", "sim-noprefill1-repeat60-split5"]) {
      const { text, error } = await ask(provider, promptFor(model, question, { prefix }));
      assert.equal(error, undefined);
      assert.equal(prefix + text, whole, model);
    }
    assert.equal(server.counts.posts, 6);
  });
});

Deno.test("the request says what was meant: system, history, pictures, room for the answer", async () => {
  const picture = { name: "a.png", mediaType: "image/png", bytes: new Uint8Array([137, 80]) };
  const prompt = promptFor("sim", question, {
    system: "Be brief",
    messages: [
      { role: "user", text: "Hello", images: [] },
      { role: "assistant", text: "Hi", images: [] },
      { role: "user", text: "Look", images: [picture] },
    ],
    maxOutputTokens: 77,
    requestId: "turn-1.1.0",
  });
  await withServer({ kind: "custom", apiKey: "k" }, async ({ provider, server }) => {
    await ask(provider, prompt);
    const { body, headers } = server.requests[0]!;
    assert.deepEqual(body, {
      model: "sim",
      messages: [
        { role: "system", content: "Be brief" },
        { role: "user", content: "Hello" },
        { role: "assistant", content: "Hi" },
        {
          role: "user",
          content: [{ type: "text", text: "Look" }, {
            type: "image_url",
            image_url: { url: "data:image/png;base64,iVA=" },
          }],
        },
      ],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 77,
    });
    assert.equal(headers.authorization, "Bearer k");
    assert.equal(server.counts.postsById.get("turn-1.1.0"), 1);
  });
  await withServer({ kind: "ollama" }, async ({ provider, server }) => {
    await ask(provider, prompt);
    const { messages } = server.requests[0]!.body as { messages: unknown[] };
    assert.deepEqual(messages.at(-1), { role: "user", content: "Look", images: ["iVA="] });
  });
});

Deno.test("questions in a row become one for servers whose templates insist on turns", async () => {
  const messages = ["One", "Two"].map((text) => ({ role: "user" as const, text, images: [] }));
  await withServer({ kind: "llamacpp" }, async ({ provider, server }) => {
    await ask(provider, promptFor("sim", "", { messages }));
    assert.deepEqual((server.requests[0]!.body as { messages: unknown }).messages, [{
      role: "user",
      content: "One\n\nTwo",
    }]);
  });
});

Deno.test("a model that a local Ollama passes on to the cloud is neither listed nor asked", async () => {
  await withServer(
    { kind: "ollama", models: ["sim", "sim:cloud", "gpt-oss:120b-cloud"] },
    async ({ provider, server }) => {
      const models = await provider.models(new AbortController().signal);
      assert.deepEqual(models.map(({ id }) => id), ["sim"]);
      const { error } = await ask(provider, promptFor("gpt-oss:120b-cloud", question));
      assert.equal(error?.fault, "refused");
      assert.equal(server.counts.posts, 0);
    },
  );
});
