/** A fresh start on a desktop talks to nobody beyond the machine: the runtime itself writes down what it was asked for. */
import assert from "node:assert/strict";
import { ask, type Seen } from "../chaos/api_client.ts";
import { startServer } from "./server_process.ts";

const here = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)(:\d+)?$/;

/** Every address that was asked for: to listen on, to connect to, to resolve. */
async function addresses(audit: string): Promise<string[]> {
  const lines = (await Deno.readTextFile(audit)).split("\n").filter(Boolean);
  const asked = lines.map((line): { permission: string; value: string | null } => JSON.parse(line));
  return [...new Set(asked.filter(({ permission }) => permission === "net").map(({ value }) => String(value)))];
}

Deno.test("a fresh start, the page and a first message make no connection beyond the machine", async () => {
  const folder = await Deno.makeTempDir({ prefix: "whisper-private-" });
  const audit = `${folder}/audit.jsonl`;
  const env = { DENO_AUDIT_PERMISSIONS: audit, WHISPER_PROFILE: "desktop" };
  const server = await startServer({ dataFolder: `${folder}/data`, env });
  try {
    const seen: Seen = { question: "hello", turn: "", conversation: "", text: "", end: "" };
    await ask(server.url, seen);
    assert.equal(seen.end, "done");
    assert.match(seen.text, /No model is connected/);
    for (const path of ["/", "/api/models", "/api/providers", "/api/docs"]) {
      const response = await fetch(server.url + path);
      await response.body?.cancel();
      assert.equal(response.status, 200, path);
    }
  } finally {
    await server.kill();
  }
  const asked = await addresses(audit);
  assert.ok(asked.some((address) => address.endsWith(":11434")), "the search for model servers was not seen");
  assert.deepEqual(asked.filter((address) => !here.test(address)), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what would leave the machine is seen by this test", async () => {
  const folder = await Deno.makeTempDir({ prefix: "whisper-outside-" });
  const audit = `${folder}/audit.jsonl`;
  // A name that is not this machine's and never resolves (RFC 2606).
  const env = { DENO_AUDIT_PERMISSIONS: audit, CUSTOM_BASE_URL: "http://models.invalid:8899/v1" };
  const server = await startServer({ dataFolder: `${folder}/data`, env });
  try {
    const response = await fetch(`${server.url}/api/models`);
    await response.body?.cancel();
  } finally {
    await server.kill();
  }
  assert.notDeepEqual((await addresses(audit)).filter((address) => !here.test(address)), []);
  await Deno.remove(folder, { recursive: true });
});
