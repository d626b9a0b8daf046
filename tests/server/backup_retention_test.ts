/** Which backups are kept as the days go by. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { keptBackups } from "../../server/backup_retention.ts";

const dayMs = 24 * 60 * 60 * 1000;
const noon = Date.UTC(2026, 10, 22, 12); // a Sunday

Deno.test("after months of daily backups there are seven of the last days and four of the weeks before", () => {
  let kept: number[] = [];
  for (let day = 0; day < 100; day++) kept = keptBackups([...kept, noon + day * dayMs]);
  const ages = kept.map((at) => (noon + 99 * dayMs - at) / dayMs);
  assert.deepEqual(ages.slice(0, 7), [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(ages.length, 11);
  // The first of the weeks is still losing its days to age; the others are whole.
  const [first = 0, second = 0, third = 0, fourth = 0] = ages.slice(7);
  assert.ok(first >= 7 && first <= 13 && second > first && second <= first + 7);
  assert.deepEqual([third - second, fourth - third], [7, 7]);
});

Deno.test("of several backups in one day the newest is kept", () => {
  assert.deepEqual(keptBackups([noon, noon + 5, noon - dayMs, noon + 3]), [noon + 5, noon - dayMs]);
});

Deno.test("the newest backup is always kept, and what is thrown away never comes back", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 400 * dayMs })), (made) => {
    const kept = keptBackups(made);
    assert.ok(kept.length <= 11 && kept.every((at) => made.includes(at)));
    if (made.length > 0) assert.equal(kept[0], Math.max(...made));
    assert.deepEqual(keptBackups(kept), kept);
  }));
});
