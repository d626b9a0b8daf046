/** Which model answers: the one asked for, the default, or what is there; and private stays private. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Choice, type ModelOptions, openModels } from "../../../server/chat/models.ts";
import { isChatError } from "../../../server/domain/error.ts";
import type { ModelProvider } from "../../../server/domain/model.ts";
import type { Reach } from "../../../server/domain/turn.ts";
import { openScriptedProvider } from "../../fakes/scripted_provider.ts";

const home = openScriptedProvider({ name: "home", isLocal: true });
const cloud = openScriptedProvider({ name: "cloud" });
const guide: ModelProvider = { ...openScriptedProvider({ name: "guide", isLocal: true }), host: null };
const signal = new AbortController().signal;
const needsConsent = (error: unknown) => isChatError(error, "consent_required");

function models(over: Partial<ModelOptions> = {}) {
  return openModels({
    providers: async () => [cloud, home, guide],
    ...{ defaultModel: null, fallbackModel: null, backgroundModel: null },
    ...over,
  });
}

Deno.test("the model that was asked for answers, else the default, else the first that is connected", async () => {
  const { choose } = models({ defaultModel: "home/script" });
  assert.deepEqual(pick(await choose("cloud/script", null, signal)), ["cloud/script", "asked for"]);
  assert.deepEqual(pick(await choose(null, null, signal)), ["home/script", "default"]);
  assert.deepEqual(pick(await models().choose(null, null, signal)), ["cloud/script", "the first that is connected"]);
  const alone = models({ providers: async () => [guide] });
  assert.deepEqual(pick(await alone.choose(null, null, signal)), ["guide/script", "no model is connected"]);
  await assert.rejects(choose("nobody/script", null, signal), (error) => isChatError(error, "invalid"));
});

Deno.test("a model that is not listed is used as it was named", async () => {
  const { ref, model, info } = await models().choose("home/org/new:latest", null, signal);
  assert.deepEqual([ref, model, info], ["home/org/new:latest", "org/new:latest", null]);
});

Deno.test("whatever is set up and asked for, a conversation held on this machine gets no outside model", async () => {
  const ref = fc.constantFrom(null, "home/script", "cloud/script", "guide/script");
  const there = fc.subarray([cloud, home, guide], { minLength: 1 });
  const setUp = fc.record({ there, asked: ref, defaultModel: ref, fallbackModel: ref, backgroundModel: ref });
  await fc.assert(
    fc.asyncProperty(setUp, async ({ there, asked, ...options }) => {
      const known = models({ providers: async () => there, ...options });
      const nobody = (error: unknown) => {
        assert.ok(needsConsent(error) || isChatError(error, "invalid"), String(error));
        return undefined;
      };
      const reach: Reach = "local";
      for (const choose of [known.choose, known.chooseBackground]) {
        const choice: Choice | undefined = await choose(asked, reach, signal).catch(nobody);
        if (!choice) continue;
        assert.equal(choice.provider.isLocal, true);
        const other = await known.fallback(choice, reach, signal).catch(nobody);
        assert.notEqual(other?.provider.isLocal, false);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("a conversation on this machine asks for a yes when only outside models are left", async () => {
  const { choose } = models({ providers: async () => [cloud], defaultModel: "cloud/script" });
  await assert.rejects(choose(null, "local", signal), needsConsent);
  await assert.rejects(choose("cloud/script", "local", signal), needsConsent);
  assert.deepEqual(pick(await choose(null, "outside", signal)), ["cloud/script", "default"]);
});

Deno.test("background work takes a conversation no further than it has gone", async () => {
  const { chooseBackground } = models({ backgroundModel: "cloud/script" });
  assert.equal((await chooseBackground("home/script", "local", signal)).ref, "home/script");
  assert.equal((await chooseBackground("home/script", "outside", signal)).ref, "cloud/script");
});

Deno.test("one caller that goes away does not end the list that others wait for", async () => {
  const listed = Promise.withResolvers<void>();
  let asked = 0;
  const slow: ModelProvider = {
    ...home,
    async models(signal) {
      asked++;
      const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      await Promise.race([listed.promise, aborted]);
      signal.throwIfAborted();
      return await home.models(signal);
    },
  };
  const { choose } = models({ providers: async () => [slow] });
  const leaving = new AbortController();
  const left = choose("home/script", null, leaving.signal);
  const stayed = choose("home/script", null, signal);
  await Promise.resolve();
  leaving.abort();
  assert.equal((await left).info, null);
  listed.resolve();
  assert.equal((await stayed).info?.id, "script");
  assert.equal(asked, 1);
});

function pick({ ref, route }: { ref: string; route: string }): string[] {
  return [ref, route];
}
