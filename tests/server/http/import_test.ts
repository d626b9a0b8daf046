/** Conversations of ChatGPT and Claude are taken over through the API, once, with their branches, titles and times. */
import assert from "node:assert/strict";
import type { WireConversation, WireMessage } from "../../../server/domain/wire.ts";
import { zipOf } from "../attachments/files.ts";
import { beginning, branched, chatGpt, claude } from "../import/exports.ts";
import { openWorld, type World } from "./world.ts";

interface Outcome {
  readonly title: string | null;
  readonly outcome: string;
  readonly reason: string | null;
}

async function importing(world: World, body: BodyInit) {
  const response = await world.request("/api/import", { method: "POST", body });
  assert.equal(response.status, 200);
  const text = await response.text();
  const events = text.split("\n\n").filter((block) => block.includes("event: ")).map((block) => ({
    event: /event: (\w+)/.exec(block)![1],
    data: JSON.parse(/data: (.*)/.exec(block)![1]!),
  }));
  const reports: Outcome[] = events.filter(({ event }) => event === "conversation").map(({ data }) => data);
  return { reports, last: events.at(-1)!, events };
}

async function conversations(world: World): Promise<WireConversation[]> {
  return (await (await world.request("/api/conversations?limit=200")).json()).conversations;
}

async function messages(world: World, id: string): Promise<WireMessage[]> {
  return (await (await world.request(`/api/conversations/${id}/messages`)).json()).messages;
}

const two = [
  chatGpt("c1", "Trees", branched),
  chatGpt("c2", "Nothing", [{ id: "x", parent: null, role: "system", text: "hidden" }]),
];

Deno.test("ChatGPT's ZIP of many files comes over with titles, times and branches, and can be gone on with", async () => {
  await using world = await openWorld();
  const zip = await zipOf({
    "user.json": '{"id": "user-1", "email": "me@example.org"}',
    "chat.html": "<html></html>",
    "conversations-000.json": JSON.stringify(two),
    "conversations-001.json": JSON.stringify([chatGpt("c3", "More", branched)]),
    "conversations/c4.json": JSON.stringify(chatGpt("c4", "A file of its own", branched)),
  });
  const { reports, last } = await importing(world, zip);
  assert.deepEqual(reports.map(({ title, outcome }) => [title, outcome]), [
    ["Trees", "imported"],
    ["Nothing", "failed"],
    ["More", "imported"],
    ["A file of its own", "imported"],
  ]);
  assert.equal(reports[1]!.reason, "nothing was said in it");
  assert.deepEqual(last, { event: "done", data: { imported: 3, present: 0, failed: 1 } });

  const trees = (await conversations(world)).find(({ title }) => title === "Trees")!;
  assert.deepEqual([trees.platform, trees.created_at], ["chatgpt", new Date(beginning * 1000).toISOString()]);
  const shown = await messages(world, trees.id);
  assert.deepEqual(shown.map(({ role, text }) => [role, text]), [
    ["user", "Which tree is that?"],
    ["assistant", "An **oak**"],
    ["user", "How old?"],
  ]);
  assert.equal(shown[0]!.created_at, new Date((beginning + 1) * 1000).toISOString());
  assert.equal(shown[1]!.variants.length, 2);
  const other = shown[1]!.variants.find((id) => id !== shown[1]!.id);
  assert.equal((await world.request(`/api/messages/${other}/activate`, { method: "POST" })).status, 204);
  assert.deepEqual((await messages(world, trees.id)).map(({ text }) => text), ["Which tree is that?", "A beech"]);

  const found = await (await world.request("/api/search?q=beech")).json();
  assert.equal(found.hits.length, 3);
  const again = await world.request("/api/chat", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message: "and now?", conversation_id: trees.id }),
  });
  assert.equal(again.status, 200);
  assert.equal((await messages(world, trees.id)).length, 4);
});

Deno.test("a second import adds nothing and says so", async () => {
  await using world = await openWorld();
  const file = JSON.stringify([chatGpt("c1", "Trees", branched), claude("c1", "Also trees", branched)]);
  await importing(world, file);
  const before = await conversations(world);
  const { last } = await importing(world, file);
  assert.deepEqual(last.data, { imported: 0, present: 2, failed: 0 });
  assert.deepEqual(await conversations(world), before);
  const trees = before.find(({ platform }) => platform === "chatgpt")!;
  assert.equal((await messages(world, trees.id)).length, 3);
});

Deno.test("Claude's export comes over with its branches and what was read out of files", async () => {
  await using world = await openWorld();
  const said = branched.filter(({ role }) => role === "user" || role === "assistant").map((message) => ({
    ...message,
    parent: message.id === "t" ? "q1" : message.id === "a1" ? "t" : message.parent,
  }));
  const conversation = claude("k1", "Trees", said);
  conversation.chat_messages[0]!.attachments.push({ file_name: "list.txt", extracted_content: "oak, beech" });
  conversation.chat_messages[1]!.content = [];
  const { last } = await importing(world, await zipOf({ "conversations.json": JSON.stringify([conversation]) }));
  assert.deepEqual(last.data, { imported: 1, present: 0, failed: 0 });
  const [trees] = await conversations(world);
  const shown = await messages(world, trees!.id);
  assert.deepEqual([trees!.platform, shown.map(({ text }) => text)], [
    "claude",
    ["Which tree is that?", "An **oak**", "How old?"],
  ]);
  assert.deepEqual(shown[0]!.attachments, [{ name: "list.txt", media_type: "text/plain", bytes: 10 }]);
});

Deno.test("what is no export is refused with the reason, and a damaged part does not keep the others out", async () => {
  await using world = await openWorld();
  const refused = async (body: BodyInit) => {
    const { last } = await importing(world, body);
    assert.equal(last.event, "error");
    return last.data.message;
  };
  assert.match(await refused("hello"), /there is no conversation of ChatGPT or Claude in it$/);
  assert.match(await refused('[{"a": 1}]'), /there is no conversation of ChatGPT or Claude in it$/);
  assert.match(await refused(new Uint8Array([0x1f, 0x8b, 8, 0])), /are read by `whisperengine import`$/);
  const zip = await zipOf({ "conversations.json": JSON.stringify(two) });
  assert.match(await refused(zip.subarray(0, zip.length - 30)), /its list of files is damaged$/);
  assert.equal((await world.request("/api/import", { method: "POST" })).status, 400);
  const torn = `[${JSON.stringify(chatGpt("c1", "Trees", branched))}, {"mapping": {nonsense}}]`;
  assert.deepEqual((await importing(world, torn)).last.data, { imported: 1, present: 0, failed: 1 });
  assert.deepEqual(world.errors, []);
});

Deno.test("one conversation that is hostile in its shape harms nobody", async () => {
  await using world = await openWorld();
  const circle = chatGpt("loop", "Circle", [
    { id: "a", parent: "b", role: "user", text: "round" },
    { id: "b", parent: "a", role: "assistant", text: "and round" },
  ]);
  const odd = { ...chatGpt("odd", "\0Odd\ud800", branched), create_time: "soon", mapping: { __proto__x: 5, y: null } };
  const { reports } = await importing(world, JSON.stringify([circle, odd, chatGpt("ok", "Fine", branched)]));
  assert.deepEqual(reports.map(({ outcome }) => outcome), ["imported", "failed", "imported"]);
  const loop = (await conversations(world)).find(({ title }) => title === "Circle")!;
  assert.equal((await messages(world, loop.id)).length, 2);
});
