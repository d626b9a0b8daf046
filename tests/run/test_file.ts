/** One test file as a job: its own process, its own folder for temporary files, no keys from outside. */
import { type Ended, type Job, type Result, runProcess, type Skip } from "./job.ts";
import { type Counts, readJunit } from "./junit.ts";
import { REASONS_FILE } from "./test_where.ts";

const SHORT_LIMIT_MS = 8 * 60_000;
const FULL_LIMIT_MS = 4 * 60 * 60_000;

/** What would let a test reach a paid or private service, or change what it tests. */
const OUTSIDE =
  /^(WHISPER_|OPENAI_|OPENROUTER_|OLLAMA_|ANTHROPIC_|DATABASE_URL$|REDIS_URL$|PORT$|NO_COLOR$|TEST_FULL$)/;

/** Files named `*speed_test.ts` run alone. */
export function testFileJob(file: string, options: { root: URL; full: boolean }): Job {
  return {
    name: file,
    isAlone: file.endsWith("speed_test.ts"),
    async run(signal: AbortSignal): Promise<Result> {
      const temporary = await Deno.makeTempDir({ prefix: "whisper-test-" });
      try {
        const junit = `${temporary}/junit.xml`;
        const reasons = `${temporary}/skip_reasons.jsonl`;
        const ended = await runProcess(Deno.execPath(), {
          args: ["test", "--allow-all", "--no-check", `--junit-path=${junit}`, file],
          cwd: options.root,
          env: {
            ...environment(),
            ...{ TMPDIR: temporary, TEMP: temporary, BROWSER: "none", [REASONS_FILE]: reasons },
            ...(options.full ? { TEST_FULL: "1" } : {}),
          },
          timeoutMs: options.full ? FULL_LIMIT_MS : SHORT_LIMIT_MS,
          signal,
        });
        return judge(file, ended, readJunit(await readIfThere(junit)), readReasons(await readIfThere(reasons)));
      } finally {
        await Deno.remove(temporary, { recursive: true });
      }
    },
  };
}

/** A file that was ended, could not be loaded or holds no test has failed, whatever its tests say. */
export function judge(file: string, ended: Ended, counts: Counts, reasons: ReadonlyMap<string, string>): Result {
  const failed = [...counts.failed];
  if (ended.isLate) failed.push({ name: file, message: "took too long and was ended" });
  else if (!ended.ok && failed.length === 0) failed.push({ name: file, message: "ended with an error" });
  else if (counts.passed + failed.length + counts.skipped.length === 0) {
    failed.push({ name: file, message: "holds no test" });
  }
  const skipped: Skip[] = counts.skipped.map((name) => ({ name, reason: reasons.get(name) }));
  return { job: file, passed: counts.passed, failed, skipped, output: ended.output, elapsedMs: ended.elapsedMs };
}

function readReasons(lines: string): Map<string, string> {
  return new Map(
    lines.split("\n").filter((line) => line !== "").map((line) => {
      const { name, reason } = JSON.parse(line);
      return [String(name), String(reason)];
    }),
  );
}

function environment(): Record<string, string> {
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => !OUTSIDE.test(name)));
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
