/** The durable turn survives being killed: 10 rounds in the short form, 120 when `TEST_FULL` is set. */
import assert from "node:assert/strict";
import { runSqliteChaos } from "./sqlite_chaos.ts";

const rounds = Deno.env.get("TEST_FULL") ? 120 : 10;

Deno.test(`a process that is killed ${rounds} times loses, doubles, misplaces and overspends nothing`, async () => {
  const { violations, stats } = await runSqliteChaos({ rounds, seed: 7 });
  assert.deepEqual(violations, [], JSON.stringify(stats, null, 1));
  // What did not happen was not tested.
  for (const what of ["turns done", "replays", "posts on nonce: sent", "ledger expired", "ledger settled"]) {
    assert.ok(stats[what], `there were no ${what}: ${JSON.stringify(stats)}`);
  }
  assert.equal(stats.rounds, rounds);
});
