/** The steps that are no test files: format, lint, types, and that no test is left out. Each counts as one test. */
import { type Job, type Result, runProcess } from "./job.ts";

const LIMIT_MS = 5 * 60_000;

export function staticSteps(options: { root: URL }, leftOut: readonly string[]): Job[] {
  return [
    denoStep("format", ["fmt", "--check"], options.root),
    denoStep("lint", ["lint"], options.root),
    denoStep("types", ["check", "."], options.root),
    { name: "no test is left out", run: async () => leftOutResult(leftOut) },
  ];
}

/** A `deno` command as a job that passes when it ends with 0. */
export function denoStep(name: string, args: string[], root: URL): Job {
  return {
    name,
    async run(signal: AbortSignal): Promise<Result> {
      const ended = await runProcess(Deno.execPath(), { args, cwd: root, timeoutMs: LIMIT_MS, signal });
      const message = ended.isLate ? "took too long and was ended" : `"deno ${args.join(" ")}" found something`;
      return {
        job: name,
        passed: ended.ok ? 1 : 0,
        failed: ended.ok ? [] : [{ name, message }],
        skipped: [],
        output: ended.output,
        elapsedMs: ended.elapsedMs,
      };
    },
  };
}

function leftOutResult(leftOut: readonly string[]): Result {
  const name = "no test is left out";
  const failed = leftOut.map((path) => ({
    name,
    message: `${path} registers tests but is neither named *_test.ts nor used by such a file`,
  }));
  return { job: name, passed: failed.length === 0 ? 1 : 0, failed, skipped: [], output: "", elapsedMs: 0 };
}
