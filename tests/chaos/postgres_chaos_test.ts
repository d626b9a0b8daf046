/** Three processes on PostgreSQL survive kills, pauses and a restart: 20 s in the short form, 300 when `TEST_FULL` is set. */
import assert from "node:assert/strict";
import { runPostgresChaos } from "./postgres_chaos.ts";

const seconds = Deno.env.get("TEST_FULL") ? 300 : 20;

Deno.test(`three processes that are killed and paused for ${seconds} s, with a restart of their server, lose, double, misplace and overspend nothing`, async () => {
  const { violations, stats } = await runPostgresChaos({ seconds, seed: 11 });
  assert.deepEqual(violations, [], JSON.stringify(stats, null, 1));
  // What did not happen was not tested.
  for (const what of ["turns done", "replays", "kills", "pauses longer than the lease", "server restarts"]) {
    assert.ok(stats[what], `there were no ${what}: ${JSON.stringify(stats)}`);
  }
});
