/** A conversation as a file, and everything as one archive. */
import assert from "node:assert/strict";
import { readLines } from "../../../server/archive_lines.ts";
import { isArchivable } from "../../../server/domain/store.ts";
import { exportAll } from "../../../server/export_all.ts";
import { openWorld, post, type World } from "./world.ts";

async function talk(world: World): Promise<string> {
  const data = new TextEncoder().encode("a,b").toBase64();
  const attachments = [{ name: "table\n# x.csv", media_type: "text/csv", data }];
  const first = await (await world.request("/api/chat", post({ message: "# hello", attachments }))).json();
  const id = first.conversation_id;
  await world.request("/api/chat", post({ message: "again", conversation_id: id }));
  const title = {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: '{"title": "Ä/ <b>\\n# day"}',
  };
  assert.equal((await world.request(`/api/conversations/${id}`, title)).status, 200);
  return id;
}

Deno.test("a conversation is downloaded as Markdown and as JSON", async () => {
  await using world = await openWorld({ defaultModel: "sim/echo" });
  const id = await talk(world);
  const markdown = await world.request(`/api/conversations/${id}/export`);
  const text = await markdown.text();
  assert.match(text, /^# Ä\/ <b> # day\n\n## You, [\d -]+:\d\d UTC\n\n- table # x.csv\n\n# hello\n\n## sim\/echo, /);
  assert.match(text, /## You, [\d :-]+ UTC\n\nagain\n\n## sim\/echo, [\d :-]+ UTC\n\nagain\n$/);
  assert.match(markdown.headers.get("content-disposition")!, /^attachment; filename="_ b day [\d-]+\.md"; filename\*=/);
  assert.equal(markdown.headers.get("content-type"), "text/markdown; charset=utf-8");

  const json = await (await world.request(`/api/conversations/${id}/export?format=json`)).json();
  const listed = await (await world.request(`/api/conversations/${id}/messages`)).json();
  assert.deepEqual(json.messages, listed.messages);
  assert.equal(json.conversation.id, id);
  assert.equal((await world.request(`/api/conversations/${id}/export?format=pdf`)).status, 400);
  assert.equal((await world.request("/api/conversations/none/export")).status, 404);
});

Deno.test("everything is downloaded as the archive that `import` reads", async () => {
  await using world = await openWorld();
  assert.equal((await world.request("/api/export")).status, 404);
  const { store } = world;
  assert.ok(isArchivable(store));
  const folder = await Deno.makeTempDir();
  await using other = await openWorld({
    exportAll: () => exportAll(store, folder, { tables: { stores: {}, models: {} } }),
  });
  const id = await talk(world);
  const response = await other.request("/api/export");
  assert.match(response.headers.get("content-disposition")!, /whisperengine-export-[\d-]+\.jsonl\.gz/);
  const { rows } = await readLines(response.body!.pipeThrough(new DecompressionStream("gzip")));
  const all = await Array.fromAsync(rows);
  assert.ok(all.some(({ table, row }) => table === "conversations" && row.id === id));
  await Deno.remove(folder, { recursive: true });
});
