/** Following, stopping and going on with answers over HTTP. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { scriptTokens } from "../../fakes/model_script.ts";
import { allEvents, openWorld, post, readEvents, textOf, type World } from "./world.ts";

const full = Deno.env.get("TEST_FULL") === "1";

/** Starts an answer and resolves with its turn as soon as `units` of it were shown. */
async function begin(world: World, model: string, { message = "hello", units = 1 } = {}) {
  const response = await world.request("/api/chat", post({ message, model, stream: true }));
  let start = { turn_id: "", conversation_id: "", message_id: "" };
  let text = "";
  for await (const { event, data } of readEvents(response)) {
    if (event === "turn") start = data;
    if (event === "delta") text += data.text;
    if (text.length >= units) break;
  }
  return { ...start, text };
}

Deno.test("a stream that is cut anywhere and resumed from there gives the model's text to the character", async () => {
  await using world = await openWorld();
  const question = "tell me everything";
  const whole = scriptTokens(question, 60).join("");
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(whole.length), { minLength: 1, maxLength: 4 }), async (cuts) => {
      let { turn_id, text } = await begin(world, "sim/sim-n60-tps2000", { message: question });
      for (const cut of [...cuts, Infinity]) {
        const resumed = await world.request(`/api/turns/${turn_id}/events`, {
          headers: { "last-event-id": String(text.length) },
        });
        for await (const { event, id, data } of readEvents(resumed)) {
          if (event === "delta") text += data.text;
          assert.equal(id, String(text.length));
          if (text.length >= cut) break;
        }
      }
      assert.equal(text, whole);
    }),
    { numRuns: full ? 100 : 10 },
  );
});

Deno.test("any number of listeners get the same answer, during it and after it", async () => {
  await using world = await openWorld();
  const { turn_id } = await begin(world, "sim/sim-n40-tps400");
  const listen = async (query = "") =>
    textOf(await allEvents(await world.request(`/api/turns/${turn_id}/events${query}`)));
  const texts = await Promise.all(Array.from({ length: 20 }, () => listen()));
  const whole = scriptTokens("hello", 40).join("");
  assert.deepEqual(new Set([...texts, await listen()]), new Set([whole]));
  assert.equal(await listen("?from=17"), whole.slice(17));
  const past = await allEvents(await world.request(`/api/turns/${turn_id}/events?from=100000`));
  assert.deepEqual(past.map(({ event }) => event), ["turn", "done"]);
});

Deno.test("a stopped answer ends with what was said, and its stream says so", async () => {
  await using world = await openWorld();
  const { turn_id } = await begin(world, "sim/sim-n100-tps50");
  const listening = world.request(`/api/turns/${turn_id}/events`).then(allEvents);
  const stopped = await world.request(`/api/turns/${turn_id}/stop`, { method: "POST" });
  assert.equal(stopped.status, 200);
  const last = (await listening).at(-1);
  assert.equal(last?.event, "done");
  assert.equal(last?.data.state, "stopped");
  const said = textOf(await listening);
  assert.equal(last?.data.reply, said);
  assert.ok(scriptTokens("hello", 100).join("").startsWith(said));
  assert.equal((await (await world.request(`/api/turns/${turn_id}`)).json()).state, "stopped");
});

Deno.test("an interrupted answer says so, can be continued from its last character, and only then", async () => {
  await using world = await openWorld();
  const chat = await world.request(
    "/api/chat",
    post({ message: "hello", model: "sim/sim-n30-cut12-first1", stream: true }),
  );
  const events = await allEvents(chat);
  const error = events.at(-1);
  assert.equal(error?.event, "error");
  assert.equal(error?.data.code, "interrupted");
  assert.equal(error?.data.retryable, true);
  const { turn_id } = events[0]?.data;
  const shown = textOf(events);
  assert.equal(error?.id, String(shown.length));
  assert.deepEqual((await allEvents(await world.request(`/api/turns/${turn_id}/events`))).at(-1), error);

  const continued = await world.request(`/api/turns/${turn_id}/continue`, post({ stream: true }));
  const rest = await allEvents(continued);
  assert.equal(rest.at(-1)?.event, "done");
  assert.equal(shown + textOf(rest), scriptTokens("hello", 30).join(""));
  assert.equal(rest.at(-1)?.data.reply, shown + textOf(rest));
  const again = await world.request(`/api/turns/${turn_id}/continue`, { method: "POST" });
  assert.equal(again.status, 409);
});

Deno.test("regenerating gives another answer on a branch of its own, with another model if asked", async () => {
  await using world = await openWorld();
  const first = await (await world.request("/api/chat", post({ message: "hello" }))).json();
  const again = await world.request(`/api/turns/${first.turn_id}/regenerate`, post({ model: "sim/sim-n10" }));
  assert.equal(again.status, 202);
  const { turn_id, message_id, conversation_id } = await again.json();
  assert.equal(conversation_id, first.conversation_id);
  const events = await allEvents(await world.request(`/api/turns/${turn_id}/events`));
  assert.equal(events.at(-1)?.data.model, "sim/sim-n10");
  assert.equal(textOf(events), scriptTokens("hello", 10).join(""));
  const { messages } = await (await world.request(`/api/conversations/${conversation_id}/messages`)).json();
  assert.deepEqual(messages[1].variants.toSorted(), [first.message_id, message_id].toSorted());
  const streamed = await world.request(`/api/turns/${first.turn_id}/regenerate`, post({ stream: true, model: null }));
  assert.equal((await allEvents(streamed)).at(-1)?.event, "done");
});

Deno.test("a turn tells how and why its answer came about", async () => {
  await using world = await openWorld();
  const { turn_id, message_id } = await (await world.request("/api/chat", post({ message: "hello" }))).json();
  const turn = await (await world.request(`/api/turns/${turn_id}`)).json();
  assert.equal(turn.message_id, message_id);
  assert.equal(turn.state, "done");
  assert.equal(turn.record.model, "sim/sim-n20");
  assert.ok(turn.record.route.length > 0);
  assert.equal(turn.record.usage.output_tokens, 20);
  assert.equal(turn.record.local, true);
  assert.ok(turn.record.total_ms >= turn.record.first_text_ms);
  assert.equal(new Date(turn.created_at).toISOString(), turn.created_at);
});

Deno.test("a turn that there is not is not found, however it is asked for", async () => {
  await using world = await openWorld();
  const nobody = crypto.randomUUID();
  for (const path of ["", "/events"]) assert.equal((await world.request(`/api/turns/${nobody}${path}`)).status, 404);
  for (const path of ["stop", "continue", "regenerate"]) {
    assert.equal((await world.request(`/api/turns/${nobody}/${path}`, { method: "POST" })).status, 404);
  }
  assert.deepEqual(world.errors, []);
});

Deno.test("streams end when the server closes, and waiting requests are told to come again", async () => {
  await using world = await openWorld();
  const { turn_id } = await begin(world, "sim/sim-n100-tps5");
  const stream = world.request(`/api/turns/${turn_id}/events`).then(allEvents);
  const waiting = world.request("/api/chat", post({ message: "slow", model: "sim/sim-n100-tps5" }));
  await world.request("/healthz");
  world.closing.abort();
  const events = await stream;
  assert.ok(events.every(({ event }) => event === "turn" || event === "delta"));
  const answer = await waiting;
  assert.equal(answer.status, 503);
  assert.ok(answer.headers.get("retry-after"));
});

Deno.test("HEAD on a stream answers with its headers and follows nothing", async () => {
  await using world = await openWorld({ limits: { openStreams: 1 } });
  const { turn_id } = await (await world.request("/api/chat", post({ message: "hello" }))).json();
  for (let i = 0; i < 3; i++) {
    const head = await world.request(`/api/turns/${turn_id}/events`, { method: "HEAD" });
    assert.equal(head.status, 200);
    assert.match(head.headers.get("content-type") ?? "", /^text\/event-stream/);
    assert.equal(head.body, null);
  }
});
