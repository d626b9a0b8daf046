/** Runs jobs side by side, in order, then alone those that ask for it, and says how each went as it ends. */
import type { Job, Result } from "./job.ts";

/** Results come in the order in which the jobs were begun. Ctrl-C ends what runs and rejects. */
export async function runAll(
  jobs: readonly Job[],
  options: { sideBySide: number; print: (line: string) => void },
): Promise<Result[]> {
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort(new Error("Interrupted"));
  Deno.addSignalListener("SIGINT", onInterrupt);
  const results: Result[] = [];
  let begun = 0;
  let ended = 0;
  const work = async (waiting: Job[]) => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      interrupt.signal.throwIfAborted();
      const index = begun++;
      const result = await job.run(interrupt.signal);
      results[index] = result;
      ended++;
      options.print(line(result, `${ended}/${jobs.length}`));
    }
  };
  try {
    const together = jobs.filter(({ isAlone }) => !isAlone);
    await Promise.all(Array.from({ length: Math.max(1, options.sideBySide) }, () => work(together)));
    await work(jobs.filter(({ isAlone }) => isAlone));
  } finally {
    Deno.removeSignalListener("SIGINT", onInterrupt);
  }
  interrupt.signal.throwIfAborted();
  return results;
}

function line(result: Result, place: string): string {
  const counts = [
    `${result.passed} passed`,
    ...(result.failed.length > 0 ? [`${result.failed.length} failed`] : []),
    ...(result.skipped.length > 0 ? [`${result.skipped.length} skipped`] : []),
  ].join(", ");
  const mark = result.failed.length > 0 ? "FAILED" : "ok    ";
  return `${place.padStart(7)} ${mark} ${result.job} (${counts}, ${(result.elapsedMs / 1000).toFixed(1)} s)`;
}
