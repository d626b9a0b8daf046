/** The program is asked to stop while it answers: what is short is finished, what is long is kept, and it is gone in time. */
import assert from "node:assert/strict";
import { ask, goOn, messages, resume, type Seen } from "../chaos/api_client.ts";
import { scriptTokens } from "../fakes/model_script.ts";
import { type ModelServer, openModelServer } from "../fakes/model_server.ts";
import { testWhere } from "../run/test_where.ts";
import { startServer } from "./server_process.ts";

const canBeAsked = Deno.build.os !== "windows";
const whyNot = "Windows has no SIGTERM";

function seenOf(question: string): Seen {
  return { question, turn: "", conversation: "", text: "", end: "" };
}

async function withFolder(work: (dataFolder: string, models: ModelServer) => Promise<void>) {
  const dataFolder = await Deno.makeTempDir({ prefix: "whisper-stop-" });
  const models = await openModelServer();
  try {
    await work(dataFolder, models);
  } finally {
    await models.close();
    await Deno.remove(dataFolder, { recursive: true });
  }
}

testWhere(
  canBeAsked,
  whyNot,
  "a short answer is finished before the program ends",
  () =>
    withFolder(async (dataFolder, models) => {
      const server = await startServer({ dataFolder, modelServer: models.url, model: "sim-tps50-n60" });
      const seen = seenOf("a short one");
      const listening = ask(server.url, seen);
      await until(() => seen.text !== "");
      assert.equal(await server.stop("SIGTERM"), 0, server.printed());
      await listening;
      assert.equal(seen.end, "done");
      assert.equal(seen.text, scriptTokens("a short one", 60).join(""));
      await assert.rejects(Deno.stat(`${dataFolder}/server.json`), Deno.errors.NotFound);
    }),
);

testWhere(
  canBeAsked,
  whyNot,
  "a long answer is interrupted in time, and goes on after the next start",
  () =>
    withFolder(async (dataFolder, models) => {
      const model = "sim-tps40-n800";
      const first = await startServer({ dataFolder, modelServer: models.url, model });
      const seen = seenOf("a long one");
      const listening = ask(first.url, seen);
      await until(() => seen.text !== "");
      const began = performance.now();
      assert.equal(await first.stop("SIGTERM"), 0, first.printed());
      assert.ok(performance.now() - began < 20_000, "it took too long to stop");
      await listening;
      assert.equal(seen.end, "error");
      const second = await startServer({ dataFolder, modelServer: models.url, model });
      try {
        const answer = (await messages(second.url, seen.conversation)).at(-1)!;
        assert.equal(answer.state, "interrupted");
        assert.equal(answer.text, seen.text);
        await goOn(second.url, seen);
        await resume(second.url, seen);
        assert.equal(seen.text, scriptTokens("a long one", 800).join(""));
      } finally {
        await second.kill();
      }
    }),
);

testWhere(
  canBeAsked,
  whyNot,
  "a second signal ends the program at once, and nothing is lost by it",
  () =>
    withFolder(async (dataFolder, models) => {
      const server = await startServer({ dataFolder, modelServer: models.url, model: "sim-tps20-n400" });
      const seen = seenOf("never mind");
      const listening = ask(server.url, seen);
      await until(() => seen.text !== "");
      const stopped = server.stop("SIGTERM");
      await until(() => server.printed().includes("stopping"));
      await new Promise((resolve) => setTimeout(resolve, 700)); // sooner, it is the same key press told twice
      const again = performance.now();
      assert.notEqual(await Promise.race([stopped, server.stop("SIGTERM")]), 0);
      assert.ok(performance.now() - again < 3000);
      await listening;
      const next = await startServer({ dataFolder, modelServer: models.url, model: "sim-tps20-n400" });
      try {
        const answer = (await messages(next.url, seen.conversation)).at(-1)!;
        assert.equal(answer.state, "interrupted");
        assert.ok(answer.text.startsWith(seen.text));
      } finally {
        await next.kill();
      }
    }),
);

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error("waited too long");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
