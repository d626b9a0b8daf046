/** Streams that are cut anywhere and resumed on other connections, with the real program and the real HTTP API. */
import assert from "node:assert/strict";
import { openModelServer } from "../fakes/model_server.ts";
import { scriptTokens } from "../fakes/model_script.ts";
import { ask, resume, type Seen } from "./api_client.ts";
import { startServer } from "../end_to_end/server_process.ts";

const points = Deno.env.get("TEST_FULL") ? 100 : 20;
const atOnce = 5;
const tokens = 200;
const model = `sim-tps400-n${tokens}`;
/** Less than a whole stream of such an answer has, in bytes; the first event, which names the turn, is within the least. */
const [least, most] = [300, 3000];

Deno.test(`a stream that is cut at ${points} random points and resumed elsewhere is byte for byte what the model said`, async () => {
  const dataFolder = await Deno.makeTempDir({ prefix: "whisper-resume-" });
  const models = await openModelServer({ models: [model] });
  const server = await startServer({ dataFolder, modelServer: models.url, model });
  let cuts = 0;
  try {
    const following = Array.from({ length: atOnce }, async (_, i) => {
      for (let point = i; point < points; point += atOnce) await follow(point);
    });
    await Promise.all(following);
  } finally {
    await server.kill();
    await models.close();
    await Deno.remove(dataFolder, { recursive: true });
  }
  assert.ok(cuts >= points, `only ${cuts} of ${points} streams were cut`);

  async function follow(point: number) {
    const seen: Seen = { question: `question ${point}`, turn: "", conversation: "", text: "", end: "" };
    const anywhere = () => ({ afterBytes: least + Math.random() * (most - least) });
    await ask(server.url, seen, anywhere());
    assert.notEqual(seen.turn, "");
    while (seen.end === "") {
      cuts++;
      await resume(server.url, seen, anywhere());
    }
    const whole = scriptTokens(seen.question, tokens).join("");
    assert.deepEqual(new TextEncoder().encode(seen.text), new TextEncoder().encode(whole));
    // Whoever comes late, or from the beginning, gets the same.
    const late: Seen = { ...seen, text: "", end: "" };
    await resume(server.url, late);
    assert.deepEqual([late.text, late.end], [whole, "done"]);
  }
});
