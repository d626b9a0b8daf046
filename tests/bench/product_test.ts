/** The program as it ships, bundled, does what it does from its sources. */
import assert from "node:assert/strict";
import { openProduct } from "./product.ts";
import { freePort, startTarget } from "./target.ts";

/** More than are remembered before the library of the metrics is loaded. */
const requests = 1100;

Deno.test("the bundled program keeps answering, and counts what it has answered", async () => {
  const folder = await Deno.makeTempDir({ prefix: "whisper-bundled-" });
  const port = freePort();
  const upstream = await startTarget({
    ...{ name: "model server", port, readyPath: "/bench/counts" },
    args: ["run", "-q", "--allow-net", new URL("upstream.ts", import.meta.url).pathname, String(port)],
  });
  const target = await (await openProduct("bundle", folder)).start({
    port: freePort(),
    upstream: `http://127.0.0.1:${port}`,
  });
  const get = (path: string) => fetch(`http://127.0.0.1:${target.port}${path}`, { headers: target.headers });
  try {
    for (let i = 0; i < requests; i++) {
      const answer = await get("/v1/models");
      await answer.body?.cancel();
      assert.equal(answer.status, 200, `request ${i}`);
    }
    const counted = /^whisperengine_http_requests_total\{route="\/v1\/models".*\} (\d+)$/m.exec(
      await (await get("/metrics")).text(),
    )?.[1];
    assert.equal(Number(counted), requests);
  } finally {
    await target.stop();
    await upstream.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
