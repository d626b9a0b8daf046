/** Who is let in: names, origins, keys, cookies, and how often. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { openRateLimit } from "../../../server/http/rate_limit.ts";
import { openSessions, sessionSeconds } from "../../../server/http/session.ts";
import { openWorld, post } from "./world.ts";

const key = "correct-horse-battery-staple";
const withKey = { auth: { mode: "key", key } } as const;
const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

Deno.test("on loopback the server answers only to its own names, so a rebound name gets nothing", async () => {
  await using world = await openWorld({ allowedHosts: ["chat.example"] });
  const ask = (host: string, path = "/api/conversations") => world.request(path, { headers: { host } });
  const own = [
    "localhost:8080",
    "127.0.0.1:8080",
    "127.1.2.3",
    "[::1]:8080",
    "LOCALHOST",
    "my.localhost",
    "chat.example",
  ];
  for (const host of own) assert.equal((await ask(host)).status, 200, host);
  const foreign = [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "chat.example.evil",
    "10.0.0.1:8080",
  ];
  for (const host of foreign) assert.equal((await ask(host)).status, 403, host);
  assert.equal((await ask("10.0.0.1:8080", "/healthz")).status, 200);
});

Deno.test("another page cannot make a browser send anything, our own pages and configured ones can", async () => {
  await using world = await openWorld({ corsOrigins: ["https://intranet.example"] });
  const send = (headers: Record<string, string>) =>
    world.request("/api/chat", post({ message: "hello" }, { host: "localhost:8080", ...headers }));
  const forged: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: "http://localhost:9999" },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site", origin: "http://localhost:8080" },
  ];
  for (const headers of forged) assert.equal((await send(headers)).status, 403, JSON.stringify(headers));
  const own: Record<string, string>[] = [
    {},
    { origin: "http://localhost:8080", "sec-fetch-site": "same-origin" },
    { origin: "https://intranet.example", "sec-fetch-site": "cross-site" },
  ];
  for (const headers of own) assert.equal((await send(headers)).status, 200, JSON.stringify(headers));
});

Deno.test("no other origin may read anything unless it is configured", async () => {
  const ask = { headers: { origin: "https://intranet.example" } };
  await using closed = await openWorld();
  assert.equal((await closed.request("/api/models", ask)).headers.get("access-control-allow-origin"), null);
  await using open = await openWorld({ corsOrigins: ["https://intranet.example"] });
  const answer = await open.request("/api/models", ask);
  assert.equal(answer.headers.get("access-control-allow-origin"), "https://intranet.example");
  const other = await open.request("/api/models", { headers: { origin: "https://evil.example" } });
  assert.equal(other.headers.get("access-control-allow-origin"), null);
  const preflight = await open.request("/api/chat", {
    method: "OPTIONS",
    headers: { ...ask.headers, "access-control-request-method": "POST" },
  });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get("access-control-allow-methods") ?? "", /POST/);
});

Deno.test("with a key set, everything but the probes needs it", async () => {
  await using world = await openWorld(withKey);
  const open = ["/healthz", "/readyz"];
  const closed = ["/api/conversations", "/api/models", "/v1/models", "/metrics", "/api/openapi.json", "/api/docs"];
  for (const path of open) assert.equal((await world.request(path)).status, 200, path);
  for (const path of closed) {
    const refused = await world.request(path);
    assert.equal(refused.status, 401, path);
    assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer/);
    assert.equal((await world.request(path, bearer(key))).status, 200, path);
  }
  for (const wrong of ["", "x", key.slice(0, -1), `${key}x`]) {
    assert.equal((await world.request("/api/models", bearer(wrong))).status, 401, wrong);
  }
  assert.equal((await world.request("/api/chat", post({ message: "hello" }))).status, 401);
  assert.equal((await world.request("/api/nothing")).status, 401);
});

Deno.test("a browser exchanges the key for a cookie that scripts cannot read, and can give it back", async () => {
  await using world = await openWorld(withKey);
  assert.equal((await world.request("/api/session", post({ key: "wrong" }))).status, 401);
  const signedIn = await world.request("/api/session", post({ key }));
  assert.equal(signedIn.status, 204);
  const cookie = signedIn.headers.get("set-cookie") ?? "";
  assert.match(cookie, /; HttpOnly/);
  assert.match(cookie, /; SameSite=Strict/);
  assert.doesNotMatch(cookie, /Secure/);
  assert.ok(!cookie.includes(key));
  const value = cookie.split(";", 1)[0] ?? "";
  const ask = (cookie: string) => world.request("/api/conversations", { headers: { cookie } });
  assert.equal((await ask(value)).status, 200);
  assert.equal((await ask(`${value}x`)).status, 401);
  const signedOut = await world.request("/api/session", { method: "DELETE", headers: { cookie: value } });
  assert.match(signedOut.headers.get("set-cookie") ?? "", /Max-Age=0/);
  const behindTls = await world.request("/api/session", post({ key }, { host: "a.b", origin: "https://a.b" }));
  assert.match(behindTls.headers.get("set-cookie") ?? "", /; Secure/);
});

Deno.test("a cookie is good for its time, with its key, and only as it was issued", () => {
  const sessions = openSessions(key);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e12 }), fc.string(), fc.nat(80), (now, junk, at) => {
      const cookie = sessions.issue(now);
      assert.ok(sessions.isSession(cookie, now));
      assert.ok(sessions.isSession(cookie, now + sessionSeconds * 1000));
      assert.ok(!sessions.isSession(cookie, now + sessionSeconds * 1000 + 1));
      assert.ok(!openSessions("another key").isSession(cookie, now));
      assert.ok(!sessions.isSession(junk, now));
      const bent = cookie.slice(0, at % cookie.length) + "A" + cookie.slice(at % cookie.length + 1);
      // The last character of base64 holds bits that mean nothing.
      if (bent.slice(0, -1) !== cookie.slice(0, -1)) assert.ok(!sessions.isSession(bent, now));
    }),
  );
});

Deno.test("after too many wrong keys an address has to wait, with any key and by any door", async () => {
  await using world = await openWorld({ ...withKey, limits: { wrongKeysPerMinute: 3 } });
  const tryKey = async (key: string) => (await world.request("/api/models", bearer(key))).status;
  // The same wrong key again and again is a forgotten program, not somebody guessing.
  for (let i = 0; i < 10; i++) assert.equal(await tryKey("old"), 401);
  assert.equal(await tryKey(key), 200);
  for (const guess of ["a", "b"]) assert.equal(await tryKey(guess), 401);
  assert.equal(await tryKey(key), 429);
  const refused = await world.request("/api/session", post({ key }));
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers.get("retry-after")) > 0);
  const elsewhere = new Request("http://localhost/api/models", bearer(key));
  const remoteAddr = { transport: "tcp", hostname: "192.0.2.7", port: 1 } as const;
  assert.equal((await world.fetch(elsewhere, { remoteAddr })).status, 200);
});

Deno.test("too many requests of one address are refused with 429 and the time to wait", async () => {
  await using world = await openWorld({ limits: { requestsPerMinute: 3 } });
  for (let i = 0; i < 3; i++) assert.equal((await world.request("/healthz")).status, 200);
  const refused = await world.request("/healthz");
  assert.equal(refused.status, 429);
  const seconds = Number(refused.headers.get("retry-after"));
  assert.ok(seconds >= 1 && seconds <= 20);
});

Deno.test("a rate limit lets no more through than it says, and its table stays small", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 }),
      (perMinute, gaps) => {
        let now = 0;
        let taken = 0;
        const limit = openRateLimit({ perMinute, size: 10 }, () => now);
        for (const gap of gaps) {
          now += gap;
          const waitMs = limit.take("a");
          if (waitMs === 0) taken += 1;
          else {
            assert.ok(limit.wait("a") <= waitMs);
            now += waitMs;
            assert.equal(limit.take("a"), 0);
            taken += 1;
          }
        }
        assert.ok(taken <= perMinute + now * perMinute / 60_000 + 1e-6);
      },
    ),
  );
  let now = 0;
  const limit = openRateLimit({ perMinute: 1, size: 2 }, () => now++);
  for (const who of ["a", "b", "c"]) limit.take(who);
  assert.equal(limit.wait("a"), 0, "the oldest is forgotten");
  assert.ok(limit.wait("b") > 0 && limit.wait("c") > 0);
});

Deno.test("every answer has a request id, a proxy's if it is harmless", async () => {
  await using world = await openWorld();
  const ask = async (id?: string) =>
    (await world.request("/nothing", id === undefined ? {} : { headers: { "x-request-id": id } })).headers.get(
      "x-request-id",
    );
  assert.equal(await ask("abc-123"), "abc-123");
  for (const id of ["a b", "x".repeat(100), '"']) assert.notEqual(await ask(id), id);
  assert.match(await ask() ?? "", /^[0-9a-f-]{36}$/);
  const problem = await (await world.request("/nothing", { headers: { "x-request-id": "abc" } })).json();
  assert.equal(problem.request_id, "abc");
});

Deno.test("browsers are told to run nothing that is not ours", async () => {
  await using world = await openWorld();
  for (const path of ["/healthz", "/nothing", "/api/docs"]) {
    const { headers } = await world.request(path);
    const policy = headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /script-src 'self';/);
    assert.doesNotMatch(policy, /https?:/);
    // The page that shows the API may have styles in its markup; nobody's words are shown there.
    if (path !== "/api/docs") assert.doesNotMatch(policy, /unsafe/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
  }
});
