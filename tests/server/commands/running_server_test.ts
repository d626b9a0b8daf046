import { equal, rejects } from "node:assert/strict";
import { join } from "node:path";
import {
  announceServer,
  findRunningServer,
  localUrl,
  refuseWhileRunning,
} from "../../../server/commands/running_server.ts";

Deno.test("a server that announced itself is found while it answers, and not after it was killed or has withdrawn", async () => {
  const data = await Deno.makeTempDir();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ url }) => url.endsWith("/healthz") ? Response.json({ instance: "a" }) : new Response(null, { status: 404 }),
  );
  const url = localUrl("0.0.0.0", server.addr.port);
  const announced = { pid: 4711, url, instance: "a", startedAt: "2026-11-22T16:33:57.000Z", key: null };
  equal(await findRunningServer(data), undefined);
  const announcement = await announceServer(data, announced);
  if (Deno.build.os !== "windows") equal((await Deno.stat(join(data, "server.json"))).mode! & 0o777, 0o600);
  equal((await findRunningServer(data))?.url, url);
  await rejects(refuseWhileRunning(data, "restore"), {
    code: "conflict",
    message: /Cannot restore while the server runs/,
  });
  await announceServer(data, { ...announced, instance: "another" });
  equal(await findRunningServer(data), undefined, "another server is taken for ours");
  await announceServer(data, announced);
  await server.shutdown();
  equal(await findRunningServer(data), undefined);
  await refuseWhileRunning(data, "restore");
  await announceServer(data, { ...announced, pid: 4712 });
  await announcement.withdraw();
  await Deno.stat(join(data, "server.json"));
  await Deno.remove(data, { recursive: true });
});

for (
  const text of ["", "[]", `{"pid": 1}`, `{"pid": 1, "url": "file:///etc/passwd", "startedAt": "", "key": null}`, "{"]
) {
  Deno.test(`an announcement that holds ${text || "nothing"} names no server`, async () => {
    const data = await Deno.makeTempDir();
    await Deno.writeTextFile(join(data, "server.json"), text);
    equal(await findRunningServer(data), undefined);
    await Deno.remove(data, { recursive: true });
  });
}

Deno.test("every way to listen has an address on this machine", () => {
  equal(localUrl("0.0.0.0", 8080), "http://127.0.0.1:8080");
  equal(localUrl("::", 8080), "http://[::1]:8080");
  equal(localUrl("localhost", 1), "http://localhost:1");
});
