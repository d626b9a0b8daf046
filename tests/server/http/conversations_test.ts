/** Conversations, search and models over HTTP. */
import assert from "node:assert/strict";
import { openWorld, post, type World } from "./world.ts";

async function say(world: World, message: string, over: object = {}) {
  return await (await world.request("/api/chat", post({ message, ...over }))).json();
}

async function read(world: World, path: string) {
  const response = await world.request(path);
  assert.equal(response.status, 200, path);
  return await response.json();
}

const patch = (body: unknown) => ({ ...post(body), method: "PATCH" });

Deno.test("the list has everyone's conversations, newest first, page by page", async () => {
  await using world = await openWorld();
  const ids: string[] = [];
  for (const user of ["ann", "bob", "cleo"]) {
    ids.unshift((await say(world, "hello", { user_id: user })).conversation_id);
  }
  const first = await read(world, "/api/conversations?limit=2");
  const second = await read(world, `/api/conversations?limit=2&cursor=${encodeURIComponent(first.next)}`);
  const seen = [...first.conversations, ...second.conversations];
  assert.deepEqual(seen.map(({ id }) => id), ids);
  assert.equal(second.next, null);
  assert.equal(seen[0].platform, "rest");
});

Deno.test("a conversation can be renamed, pinned, archived and given a model", async () => {
  await using world = await openWorld();
  const { conversation_id } = await say(world, "hello");
  const path = `/api/conversations/${conversation_id}`;
  const change = { title: "  Plans ", pinned: true, archived: true, model: "sim/echo" };
  const changed = await (await world.request(path, patch(change))).json();
  const wanted = { title: "Plans", pinned: true, archived: true, model: "sim/echo" };
  assert.deepEqual({ ...changed, ...wanted }, changed);
  assert.deepEqual(await read(world, path), changed);
  assert.deepEqual((await read(world, "/api/conversations")).conversations, []);
  assert.equal((await read(world, "/api/conversations?archived=true")).conversations.length, 1);
  assert.equal((await say(world, "as it was", { conversation_id })).reply, "as it was");
  assert.equal((await world.request(path, patch({ title: "" }))).status, 400);
});

Deno.test("a deleted conversation is gone at once and can be brought back for a while", async () => {
  await using world = await openWorld();
  const { conversation_id, turn_id } = await say(world, "hello");
  const path = `/api/conversations/${conversation_id}`;
  const deleted = await (await world.request(path, { method: "DELETE" })).json();
  const leftMs = Date.parse(deleted.restorable_until) - Date.now();
  assert.ok(leftMs > 20_000 && leftMs <= 30_000);
  for (const gone of [path, `${path}/messages`, `/api/turns/${turn_id}`]) {
    assert.equal((await world.request(gone)).status, 404, gone);
  }
  assert.equal((await world.request(`${path}/restore`, { method: "POST" })).status, 200);
  assert.equal((await read(world, `${path}/messages`)).messages.length, 2);
  await world.request(path, { method: "DELETE" });
  await world.store.conversations.purge(0);
  assert.equal((await world.request(`${path}/restore`, { method: "POST" })).status, 404);
});

Deno.test("messages are read oldest first from either end", async () => {
  await using world = await openWorld();
  const { conversation_id } = await say(world, "1", { model: "sim/echo" });
  for (const message of ["2", "3"]) await say(world, message, { conversation_id });
  const path = `/api/conversations/${conversation_id}/messages?limit=4`;
  const texts = async (query: string) => {
    const { messages, next } = await read(world, path + query);
    return { texts: messages.map(({ text }: { text: string }) => text), next };
  };
  const start = await texts("");
  assert.deepEqual(start.texts, ["1", "1", "2", "2"]);
  assert.deepEqual((await texts(`&cursor=${start.next}`)).texts, ["3", "3"]);
  const end = await texts("&from=end");
  assert.deepEqual(end.texts, ["2", "2", "3", "3"]);
  assert.deepEqual((await texts(`&from=end&cursor=${end.next}`)).texts, ["1", "1"]);
});

Deno.test("a running answer stands among the messages with the text shown so far", async () => {
  await using world = await openWorld({ isIdle: true });
  const stream = await world.request("/api/chat", post({ message: "hello", stream: true }));
  await stream.body?.cancel();
  const { conversations } = await read(world, "/api/conversations");
  const claim = await world.store.turns.claim({ owner: "test", leaseMs: 60_000, background: false });
  assert.ok(claim);
  await world.store.turns.append(claim, { channel: "text", position: 0, text: "so far" }, 60_000);
  const { messages } = await read(world, `/api/conversations/${conversations[0].id}/messages`);
  assert.equal(messages[1].text, "so far");
  assert.equal(messages[1].state, "running");
});

Deno.test("search finds words in everything, with the places of the hits", async () => {
  await using world = await openWorld({ defaultModel: "sim/echo" });
  const { conversation_id } = await say(world, "the quick brown fox");
  await say(world, "something else");
  const { hits } = await read(world, "/api/search?q=quick%20bro");
  assert.equal(hits.length, 2);
  for (const hit of hits) {
    assert.equal(hit.conversation_id, conversation_id);
    const marked = hit.highlights.map(([start, end]: [number, number]) => hit.excerpt.slice(start, end));
    assert.deepEqual(marked, ["quick", "brown"]);
  }
  for (const q of ["%22", "a%20AND", "*", "%00x", "(", "-"]) {
    assert.equal((await world.request(`/api/search?q=${q}`)).status, 200, q);
  }
  assert.equal((await world.request("/api/search")).status, 400);
});

Deno.test("models and providers are listed with what is known of them", async () => {
  await using world = await openWorld();
  const { models, default: chosen } = await read(world, "/api/models");
  assert.ok(models.some(({ id, local }: { id: string; local: boolean }) => id === "sim/sim" && local));
  assert.equal(chosen, "sim/sim-n20");
  const { providers } = await read(world, "/api/providers");
  assert.deepEqual(providers, [
    { name: "sim", local: true, host: new URL(world.model.url).host, problem: null, models: 3 },
  ]);
});

Deno.test("a cursor or a limit that is not ours is refused, not obeyed", async () => {
  await using world = await openWorld();
  const { conversation_id } = await say(world, "hello");
  const refused = [
    "/api/conversations?cursor=nonsense",
    "/api/conversations?limit=0",
    "/api/conversations?limit=100000",
    "/api/conversations?limit=ten",
    "/api/conversations?archived=perhaps",
    `/api/conversations/${conversation_id}/messages?cursor=';--`,
    `/api/conversations/${conversation_id}/messages?from=middle`,
    "/api/search?q=x&cursor=nonsense",
  ];
  for (const path of refused) {
    const response = await world.request(path);
    assert.equal(response.status, 400, path);
    assert.equal(response.headers.get("content-type"), "application/problem+json");
  }
});
