/** Which backups are kept: the newest of each of seven days, and before those of each of four weeks. */

const [days, weeks] = [7, 4];
const dayMs = 24 * 60 * 60 * 1000;

/** From when each was made (epoch milliseconds) to those that are kept, the newest first. Days and weeks are UTC's. */
export function keptBackups(madeAt: readonly number[]): number[] {
  const newestFirst = [...new Set(madeAt)].sort((a, b) => b - a);
  const daily = newestOfEach(newestFirst, dayOf).slice(0, days);
  const older = newestFirst.filter((at) => daily.length === days && at < daily.at(-1)!);
  const covered = new Set(daily.map(dayOf));
  const weekly = newestOfEach(older.filter((at) => !covered.has(dayOf(at))), weekOf).slice(0, weeks);
  return [...daily, ...weekly];
}

function newestOfEach(newestFirst: readonly number[], periodOf: (at: number) => number): number[] {
  return newestFirst.filter((at, i) => i === 0 || periodOf(newestFirst[i - 1]!) !== periodOf(at));
}

function dayOf(at: number): number {
  return Math.floor(at / dayMs);
}

/** Weeks begin on Monday; 1 January 1970 was a Thursday. */
function weekOf(at: number): number {
  return Math.floor((dayOf(at) + 3) / 7);
}
