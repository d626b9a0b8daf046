/** Whether the server is well, and what it tells an operator. */
import assert from "node:assert/strict";
import { openWorld, post } from "./world.ts";

Deno.test("the process is healthy as long as it answers, and ready while its store answers", async () => {
  await using world = await openWorld({ isIdle: true });
  assert.deepEqual(await (await world.request("/healthz")).json(), { status: "ok", version: "1.2.3", instance: "i" });
  assert.equal((await world.request("/readyz")).status, 200);
  await world.store.close();
  assert.equal((await world.request("/readyz")).status, 503);
  assert.equal((await world.request("/healthz")).status, 200);
});

Deno.test("a server that is closing is not ready", async () => {
  await using world = await openWorld();
  world.closing.abort();
  assert.equal((await world.request("/readyz")).status, 503);
  assert.equal((await world.request("/healthz")).status, 200);
});

Deno.test("an adapter's outage is its own: the rest stays ready", async () => {
  const problems: Record<string, string | null> = { discord: "The gateway does not answer", slack: null };
  await using world = await openWorld({ adapterProblem: (name) => Promise.resolve(problems[name]) });
  const outage = await world.request("/readyz?adapter=discord");
  assert.equal(outage.status, 503);
  assert.equal((await outage.json()).detail, problems.discord);
  assert.equal((await world.request("/readyz?adapter=slack")).status, 200);
  assert.equal((await world.request("/readyz?adapter=irc")).status, 404);
  assert.equal((await world.request("/readyz")).status, 200);
});

Deno.test("metrics count requests by the pattern of their route, those before the first look too", async () => {
  await using world = await openWorld();
  const { conversation_id } = await (await world.request("/api/chat", post({ message: "hello" }))).json();
  for (const id of [conversation_id, crypto.randomUUID(), "../../etc/passwd"]) {
    await world.request(`/api/conversations/${encodeURIComponent(id)}`);
  }
  await world.request("/wp-login.php");
  await world.request("/", { method: "BREW" });
  const response = await world.request("/metrics");
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain/);
  const lines = (await response.text()).split("\n");
  const value = (start: string) => Number(lines.find((line) => line.startsWith(start))?.split(" ").at(-1));
  const requests = (route: string, method: string, status: number) =>
    value(`whisperengine_http_requests_total{route="${route}",method="${method}",status="${status}"}`);
  assert.equal(requests("/api/chat", "POST", 200), 1);
  assert.equal(requests("/api/conversations/:id", "GET", 200), 1);
  assert.equal(requests("/api/conversations/:id", "GET", 404), 2);
  assert.equal(requests("none", "GET", 404), 1);
  assert.equal(requests("none", "other", 404), 1);
  assert.equal(value('whisperengine_http_request_seconds_count{route="/api/chat"}'), 1);
  assert.equal(value("whisperengine_open_streams"), 0);
  assert.ok(value("whisperengine_process_resident_memory_bytes") > 1e6);
  assert.ok(value("whisperengine_event_loop_lag_seconds") >= 0);
  assert.equal(value('whisperengine_turns{state="running"}'), 0);
  for (const line of lines) assert.match(line, /^($|#|whisperengine_)/);
});

Deno.test("metrics tell of open streams and of turns that wait", async () => {
  await using world = await openWorld({ isIdle: true });
  const stream = await world.request("/api/chat", post({ message: "hello", stream: true }));
  const text = await (await world.request("/metrics")).text();
  assert.match(text, /^whisperengine_open_streams 1$/m);
  assert.match(text, /^whisperengine_turns\{state="queued"\} 1$/m);
  await stream.body?.cancel();
  assert.match(await (await world.request("/metrics")).text(), /^whisperengine_open_streams 0$/m);
});
