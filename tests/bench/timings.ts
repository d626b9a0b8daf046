/** The time of the same work, again and again. */

/** Milliseconds of each. */
export async function timesMs(times: number, work: (i: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedMs = performance.now();
    await work(i);
    taken.push(performance.now() - startedMs);
  }
  return taken;
}
