/** Bodies, methods and addresses that are not as they should be. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ChatError, type ErrorCode } from "../../../server/domain/error.ts";
import { ProviderError } from "../../../server/domain/model.ts";
import { parseJson } from "../../../server/http/body.ts";
import { problemOf, statusOfFailure } from "../../../server/http/problem.ts";
import { openWorld, post } from "./world.ts";

Deno.test("a body that is too large is refused, whether it says so or not", async () => {
  await using world = await openWorld({ limits: { largeBodyBytes: 1000, bodyBytes: 100 } });
  const large = post({ message: "x".repeat(2000) });
  assert.equal((await world.request("/api/chat", large)).status, 413);
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 100;
      controller.enqueue(new Uint8Array(100));
    },
  });
  const streamed = new Request("http://localhost/v1/chat/completions", { method: "POST", body: endless });
  assert.equal((await world.fetch(streamed)).status, 413);
  assert.ok(sent < 3000, "nothing more is read than it takes to know");
  const id = crypto.randomUUID();
  const title = { ...post({ title: "y".repeat(150) }), method: "PATCH" };
  assert.equal((await world.request(`/api/conversations/${id}`, title)).status, 413);
});

Deno.test("a body that stops coming is given up", async () => {
  await using world = await openWorld({ limits: { bodyTimeoutMs: 20 } });
  const stuck = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array([0x7b])) });
  const response = await world.fetch(new Request("http://localhost/api/chat", { method: "POST", body: stuck }));
  assert.equal(response.status, 400);
  assert.match((await response.json()).detail, /in time/);
});

Deno.test("JSON may be as deep as the limit and no deeper, whatever its strings hold", () => {
  const tree = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 8 }, fc.string(), fc.constant('"]}[{\\'), fc.integer(), tie("list"), tie("object")),
    list: fc.array(tie("value"), { maxLength: 3 }),
    object: fc.dictionary(fc.string(), tie("value"), { maxKeys: 3 }),
  })).value;
  const depth = (value: unknown): number =>
    typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
  fc.assert(
    fc.property(tree, fc.nat(6), (value, limit) => {
      const bytes = new TextEncoder().encode(JSON.stringify(value, null, 1));
      if (depth(value) <= limit) assert.deepEqual(parseJson(bytes, limit), JSON.parse(JSON.stringify(value)));
      else assert.throws(() => parseJson(bytes, limit), /levels deep/);
    }),
  );
  const bomb = new TextEncoder().encode("[".repeat(1_000_000));
  assert.throws(() => parseJson(bomb, 100), /levels deep/);
});

Deno.test("a method that is not there is 405 with those that are, and OPTIONS lists them", async () => {
  await using world = await openWorld();
  const wrong = await world.request("/api/chat", { method: "PUT" });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get("allow"), "POST, OPTIONS");
  assert.equal(wrong.headers.get("content-type"), "application/problem+json");
  const id = crypto.randomUUID();
  const options = await world.request(`/api/conversations/${id}`, { method: "OPTIONS" });
  assert.equal(options.status, 204);
  assert.deepEqual(options.headers.get("allow")?.split(", ").toSorted(), ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH"]);
  const head = await world.request("/api/conversations", { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), "");
  assert.equal((await world.request("/nowhere", { method: "OPTIONS" })).status, 404);
});

Deno.test("each kind of error has its status, and a provider's faults are the provider's", () => {
  const status = (code: ErrorCode) => problemOf(new ChatError(code, "Cannot do it: no")).status;
  assert.deepEqual(
    [status("over_budget"), status("rate_limited"), status("consent_required"), status("provider_failed")],
    [402, 429, 409, 502],
  );
  for (const fault of ["wrong_key", "no_credit", "unreachable", "cut_off"] as const) {
    assert.equal(problemOf(new ProviderError(fault, "It failed")).status, 502, fault);
    assert.equal(statusOfFailure(fault), 502, fault);
  }
  assert.equal(statusOfFailure("over_budget"), 402);
  assert.equal(statusOfFailure("interrupted"), 503);
  assert.equal(statusOfFailure("constructor"), 502);
});

Deno.test("a body that breaks off is the client's fault and no bug of ours", async () => {
  await using world = await openWorld();
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("connection reset")) });
  const response = await world.fetch(new Request("http://localhost/api/chat", { method: "POST", body: broken }));
  assert.equal(response.status, 400);
  assert.deepEqual(world.errors, []);
});

Deno.test("a bug is logged whole with its request id and shown as nothing but an internal error", async () => {
  await using world = await openWorld({
    adapterProblem: () => Promise.reject(new Error("the password is swordfish")),
  });
  const response = await world.request("/readyz?adapter=discord", { headers: { "x-request-id": "r1" } });
  assert.equal(response.status, 500);
  const text = await response.text();
  assert.ok(!text.includes("swordfish"));
  assert.equal(JSON.parse(text).detail, "Internal error");
  const [logged] = world.errors as { requestId: string; error: Error }[];
  assert.equal(logged?.requestId, "r1");
  assert.match(logged?.error.message ?? "", /swordfish/);
});

Deno.test("nothing that is sent makes the server fail", async () => {
  await using world = await openWorld({ isIdle: true });
  const id = crypto.randomUUID();
  const paths = [
    "/api/chat",
    "/v1/chat/completions",
    "/v1/embeddings",
    `/api/turns/${id}/continue`,
    `/api/turns/${id}/regenerate`,
    `/api/messages/${id}/edit`,
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.constantFrom(
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "§",
      ),
      fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map((json) => new TextEncoder().encode(json))),
      async (path, type, body) => {
        const headers = type === "" || type === "§" ? {} : { "content-type": type };
        const response = await world.request(path, { method: "POST", headers, body: new Uint8Array(body) });
        assert.ok(response.status < 500, `${path} ${type}: ${response.status}`);
        await response.body?.cancel();
      },
    ),
    { numRuns: 200 },
  );
  assert.deepEqual(world.errors, []);
});
