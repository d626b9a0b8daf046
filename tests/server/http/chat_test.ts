/** Saying something over HTTP. */
import assert from "node:assert/strict";
import { scriptTokens } from "../../fakes/model_script.ts";
import { allEvents, openWorld, post, readEvents, textOf } from "./world.ts";

const answerTo = (question: string, n = 20) => scriptTokens(question, n).join("");

Deno.test("a message sent as JSON is answered with the reply, its model and its usage", async () => {
  await using world = await openWorld();
  const response = await world.request("/api/chat", post({ message: "hello", user_id: "developer_123" }));
  assert.equal(response.status, 200);
  const reply = await response.json();
  assert.equal(reply.reply, answerTo("hello"));
  assert.equal(reply.model, "sim/sim-n20");
  assert.equal(reply.state, "done");
  assert.equal(reply.usage.output_tokens, 20);
  assert.ok(reply.usage.input_tokens > 0);
  assert.deepEqual(
    Object.keys(reply).sort(),
    ["conversation_id", "message_id", "model", "notices", "reply", "state", "turn_id", "usage"],
  );
  const { messages } = await (await world.request(`/api/conversations/${reply.conversation_id}/messages`)).json();
  assert.equal(messages[1].id, reply.message_id);
});

Deno.test("a form is as good as JSON, as requests.post sends it", async () => {
  await using world = await openWorld();
  const form = new URLSearchParams({ message: "hello & goodbye", user_id: "developer_123", conversation_id: "" });
  const response = await world.request("/api/chat", { method: "POST", body: form });
  assert.equal(response.status, 200);
  assert.equal((await response.json()).reply, answerTo("hello & goodbye"));
});

Deno.test("curl -d with JSON is understood though curl calls it a form", async () => {
  await using world = await openWorld();
  const response = await world.request("/api/chat", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: '{"message": "hello"}',
  });
  assert.equal((await response.json()).reply, answerTo("hello"));
});

Deno.test("files come as base64 in JSON or as parts of a form, and are kept as they came", async () => {
  await using world = await openWorld();
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => "\x89PNG\r\n\x1a\n".charCodeAt(i) || i % 256);
  const form = new FormData();
  form.set("message", "look");
  form.set("photo", new File([bytes], "a.png", { type: "image/png" }));
  const asForm = await world.request("/api/chat", { method: "POST", body: form });
  const attachments = [{ name: "a.png", media_type: "image/png", data: bytes.toBase64() }];
  const asJson = await world.request("/api/chat", post({ message: "look", attachments }));
  for (const response of [asForm, asJson]) {
    const { conversation_id } = await response.json();
    const { messages } = await (await world.request(`/api/conversations/${conversation_id}/messages`)).json();
    assert.deepEqual(messages[0].attachments, [{ name: "a.png", media_type: "image/png", bytes: 300 }]);
    assert.deepEqual((await world.store.turns.attachments(messages[0].id))[0]?.bytes, bytes);
  }
});

Deno.test("a stream begins with the turn, counts UTF-16 positions and ends with the same reply as without a stream", async () => {
  await using world = await openWorld();
  const response = await world.request("/api/chat", post({ message: "κόσμε 😀", stream: true }));
  assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
  const events = await allEvents(response);
  assert.equal(events[0]?.event, "turn");
  let at = 0;
  for (const { event, id, data } of events) {
    if (event !== "delta") continue;
    at += data.text.length;
    assert.equal(id, String(at));
  }
  const last = events.at(-1);
  assert.equal(last?.event, "done");
  assert.equal(textOf(events), answerTo("κόσμε 😀"));
  assert.equal(last?.data.reply, textOf(events));
  assert.deepEqual(Object.keys(events[0]?.data).sort(), ["conversation_id", "message_id", "turn_id"]);
  assert.equal(events[0]?.data.message_id, last?.data.message_id);
});

Deno.test("a form can ask for a stream", async () => {
  await using world = await openWorld();
  const form = new URLSearchParams({ message: "hello", stream: "true" });
  const events = await allEvents(await world.request("/api/chat", { method: "POST", body: form }));
  assert.equal(events.at(-1)?.event, "done");
});

Deno.test("what the model thinks aloud comes as events of its own", async () => {
  await using world = await openWorld();
  const response = await world.request(
    "/api/chat",
    post({ message: "hello", model: "sim/sim-n20-think8", stream: true }),
  );
  const events = await allEvents(response);
  const thoughts = events.filter(({ event }) => event === "reasoning");
  let at = 0;
  for (const { data } of thoughts) {
    assert.equal(data.position, at);
    at += data.text.length;
  }
  assert.ok(at > 0);
  assert.equal(textOf(events), scriptTokens("hello", 20).slice(8).join(""));
});

Deno.test("a provider that fails is 502 when not streaming, and what it said before is kept", async () => {
  await using world = await openWorld();
  const response = await world.request("/api/chat", post({ message: "hello", model: "sim/sim-n20-cut7" }));
  assert.equal(response.status, 502);
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json();
  assert.equal(problem.retryable, true);
  assert.equal(problem.reply, scriptTokens("hello", 20).slice(0, 7).join(""));
  const { messages } = await (await world.request(`/api/conversations/${problem.conversation_id}/messages`)).json();
  assert.equal(messages[1].text, problem.reply);
  assert.equal(messages[1].state, "interrupted");
});

Deno.test("a provider that fails in a stream ends it with one error event", async () => {
  await using world = await openWorld();
  const request = post({ message: "hello", model: "sim/sim-fail500", stream: true });
  const events = await allEvents(await world.request("/api/chat", request));
  assert.deepEqual(events.map(({ event }) => event), ["turn", "error"]);
  assert.deepEqual(Object.keys(events[1]?.data).sort(), ["code", "message", "retryable"]);
  assert.equal(events[1]?.data.retryable, true);
});

Deno.test("a provider that refuses for too many requests is 429 with Retry-After", async () => {
  await using world = await openWorld();
  const response = await world.request("/api/chat", post({ message: "hello", model: "sim/sim-fail429-ra0" }));
  assert.equal(response.status, 429);
  assert.match(response.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
});

Deno.test("without a model the guide answers", async () => {
  await using world = await openWorld({ hasNoModel: true });
  const response = await world.request("/api/chat", post({ message: "hello" }));
  assert.equal(response.status, 200);
  const reply = await response.json();
  assert.match(reply.model, /^guide\//);
  assert.ok(reply.reply.length > 50);
});

Deno.test("a message may go on in a conversation, and only its own user's when it speaks for one", async () => {
  await using world = await openWorld();
  const first = await (await world.request("/api/chat", post({ message: "hello", user_id: "ann" }))).json();
  const say = (over: object) =>
    world.request("/api/chat", post({ message: "and then?", conversation_id: first.conversation_id, ...over }));
  assert.equal((await (await say({ user_id: "ann" })).json()).conversation_id, first.conversation_id);
  assert.equal((await (await say({})).json()).conversation_id, first.conversation_id);
  assert.equal((await say({ user_id: "bob" })).status, 404);
  assert.equal((await say({ conversation_id: "nonsense" })).status, 404);
});

Deno.test("the same Idempotency-Key is the same message and answer, also while it is being answered", async () => {
  await using world = await openWorld();
  const request = () =>
    world.request("/api/chat", post({ message: "hello", model: "sim/sim-n20-tps100" }, { "idempotency-key": "k 1" }));
  const replies = await Promise.all((await Promise.all([request(), request(), request()])).map((it) => it.json()));
  const again = await (await request()).json();
  for (const reply of replies) assert.deepEqual(reply, again);
  assert.equal(again.reply, answerTo("hello"));
  const { messages } = await (await world.request(`/api/conversations/${again.conversation_id}/messages`)).json();
  assert.equal(messages.length, 2);
});

Deno.test("an Idempotency-Key that comes with another message is refused with 422", async () => {
  await using world = await openWorld();
  const key = { "idempotency-key": "k" };
  const first = await (await world.request("/api/chat", post({ message: "hello" }, key))).json();
  assert.equal((await world.request("/api/chat", post({ message: "bye" }, key))).status, 422);
  const elsewhere = { message: "hello", conversation_id: "another" };
  assert.equal((await world.request("/api/chat", post(elsewhere, key))).status, 422);
  const file = { name: "a", media_type: "text/plain", data: "aGk=" };
  assert.equal((await world.request("/api/chat", post({ message: "hello", attachments: [file] }, key))).status, 422);
  // Another caller's key is another key.
  const others = await (await world.request("/api/chat", post({ message: "bye", user_id: "ann" }, key))).json();
  assert.notEqual(others.conversation_id, first.conversation_id);
});

Deno.test("a client that goes away does not stop the answer", async () => {
  await using world = await openWorld();
  const response = await world.request(
    "/api/chat",
    post({ message: "hello", model: "sim/sim-n20-tps100", stream: true }),
  );
  let turn = "";
  for await (const { event, data } of readEvents(response)) {
    if (event === "turn") turn = data.turn_id;
    if (event === "delta") break;
  }
  const events = await allEvents(await world.request(`/api/turns/${turn}/events`));
  assert.equal(events.at(-1)?.event, "done");
  assert.equal(events.at(-1)?.data.reply, answerTo("hello"));
});

Deno.test("what cannot be a message is refused with the reason", async () => {
  await using world = await openWorld();
  const refused: [unknown, RegExp][] = [
    [{}, /"message"/],
    [{ message: "  " }, /empty/],
    [{ message: 5 }, /"message"/],
    [[], /"body"/],
    [{ message: "x", stream: "perhaps" }, /"stream"/],
    [{ message: "x", attachments: [{ name: "a", media_type: "image", data: "" }] }, /media_type/],
    [{ message: "x", attachments: [{ name: "a", media_type: "image/png", data: "§" }] }, /data/],
  ];
  for (const [body, why] of refused) {
    const response = await world.request("/api/chat", post(body));
    assert.equal(response.status, 400);
    const { detail, status, title, type } = await response.json();
    assert.match(detail, why);
    assert.deepEqual({ status, title, type }, { status: 400, title: "Bad request", type: "about:blank" });
  }
  const broken = await world.request("/api/chat", { method: "POST", body: '{"message": ' });
  assert.equal(broken.status, 400);
  assert.deepEqual(world.errors, []);
});

Deno.test("half characters and NUL in a message do no harm", async () => {
  await using world = await openWorld();
  const body = String.raw`{"message": "a\u0000b\ud83d"}`;
  const json = { method: "POST", headers: { "content-type": "application/json" }, body };
  const reply = await (await world.request("/api/chat", json)).json();
  const { messages } = await (await world.request(`/api/conversations/${reply.conversation_id}/messages`)).json();
  assert.equal(messages[0].text, "a\ufffdb\ufffd");
});

Deno.test("when too many wait, a message is refused with 429 before it is stored", async () => {
  await using world = await openWorld({ isIdle: true, limits: { waitingTurns: 2 } });
  const say = () => world.request("/api/chat", post({ message: "hello", stream: true }));
  for (let i = 0; i < 2; i++) await (await say()).body?.cancel();
  const refused = await say();
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  const { conversations } = await (await world.request("/api/conversations")).json();
  assert.equal(conversations.length, 2);
});

Deno.test("when too many streams are open, one more is refused with 503, and taken once one has ended", async () => {
  await using world = await openWorld({ limits: { openStreams: 1 } });
  const slow = { message: "hello", model: "sim/sim-n20-tps50", stream: true };
  const open = await world.request("/api/chat", post(slow));
  assert.equal((await world.request("/api/chat", post(slow))).status, 503);
  await open.body?.cancel();
  assert.equal((await world.request("/api/chat", post({ message: "bye" }))).status, 200);
});

Deno.test("a message that took another's place is answered on a branch of its own", async () => {
  await using world = await openWorld();
  const first = await (await world.request("/api/chat", post({ message: "hello" }))).json();
  const path = `/api/conversations/${first.conversation_id}/messages`;
  const before = (await (await world.request(path)).json()).messages;
  const edited = await world.request(`/api/messages/${before[0].id}/edit`, post({ message: "good day", stream: true }));
  const events = await allEvents(edited);
  assert.equal(events.at(-1)?.data.reply, answerTo("good day"));
  const after = (await (await world.request(path)).json()).messages;
  assert.deepEqual(after.map(({ text }: { text: string }) => text), ["good day", answerTo("good day")]);
  assert.equal(after[0].variants.length, 2);
  assert.equal((await world.request(`/api/messages/${before[0].id}/activate`, { method: "POST" })).status, 204);
  assert.deepEqual((await (await world.request(path)).json()).messages[0].text, "hello");
  assert.equal((await world.request("/api/messages/nothing/edit", post({ message: "x" }))).status, 404);
});

Deno.test("a document's text reaches the model, and the file comes back as a download that runs nothing", async () => {
  await using world = await openWorld({ defaultModel: "sim/echo" });
  const page = new TextEncoder().encode("<script>alert('the secret is 42')</script>");
  const attachments = [{ name: 'a "page".html', media_type: "text/html", data: page.toBase64() }];
  const response = await world.request("/api/chat", post({ message: "what is it?", attachments }));
  const { reply, conversation_id } = await response.json();
  assert.match(reply, /the secret is 42[^]*what is it\?/);
  const { messages } = await (await world.request(`/api/conversations/${conversation_id}/messages`)).json();
  assert.equal(messages[0].text, "what is it?");
  const file = await world.request(`/api/attachments/${messages[0].id}/0`);
  assert.deepEqual(await file.bytes(), page);
  assert.equal(file.headers.get("content-type"), "application/octet-stream");
  assert.equal(file.headers.get("x-content-type-options"), "nosniff");
  assert.match(file.headers.get("content-security-policy")!, /default-src 'none'; sandbox/);
  assert.equal(
    file.headers.get("content-disposition"),
    `attachment; filename="a _page_.html"; filename*=UTF-8''a%20%22page%22.html`,
  );
  for (const path of [`${messages[0].id}/1`, `${messages[1].id}/0`, "nothing/0", `${messages[0].id}/x`]) {
    assert.equal((await world.request(`/api/attachments/${path}`)).status, 404);
  }
});

Deno.test("a file that cannot be read is refused with the reason, and nothing is stored", async () => {
  await using world = await openWorld();
  const attachments = [{ name: "a.exe", media_type: "text/plain", data: "TVoAAQI=" }];
  const response = await world.request("/api/chat", post({ message: "run it", attachments }));
  assert.equal(response.status, 400);
  assert.match((await response.json()).detail, /^Cannot read "a.exe": it is no kind of file that can be read here/);
  assert.deepEqual((await (await world.request("/api/conversations")).json()).conversations, []);
});
