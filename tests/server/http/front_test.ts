/** The first to answer says what the whole server says, and lets the rest through to it. */
import assert from "node:assert/strict";
import { openFront } from "../../../server/http/front.ts";
import { defaultLimits } from "../../../server/http/options.ts";
import { openWorld } from "./world.ts";

Deno.test("health is the same before and after the rest of the server is loaded", async () => {
  await using world = await openWorld();
  const { engine, store } = world;
  const closing = new AbortController();
  const front = openFront({
    ...{ engine, store, workspace: "home", auth: { mode: "none" as const }, allowedHosts: [], corsOrigins: [] },
    ...{ limits: defaultLimits, version: "1.2.3", instance: "i", pages: null, closing: closing.signal },
    log: () => {},
    adapterProblem: () => Promise.resolve(undefined),
  });
  const told = async () => {
    const response = await front.fetch(new Request("http://127.0.0.1/healthz"));
    const headers = [...response.headers].filter(([name]) => name !== "x-request-id");
    return { status: response.status, headers: new Map(headers), body: await response.json() };
  };
  const before = await told();
  const other = await front.fetch(new Request("http://127.0.0.1/api/conversations"));
  assert.equal(other.status, 200);
  await other.body?.cancel();
  assert.deepEqual(await told(), before);
  closing.abort();
});
