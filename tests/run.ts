/** `deno task test`: runs everything that must pass, and ends with the line `N passed, N failed, N skipped`. */
import { parseArgs } from "node:util";
import { findTests } from "./run/find_tests.ts";
import { prepare } from "./run/prepare.ts";
import { describe, isSound, lastLine, sum } from "./run/report.ts";
import { runAll } from "./run/run_all.ts";
import type { Job } from "./run/job.ts";
import { staticSteps } from "./run/steps.ts";
import { testFileJob } from "./run/test_file.ts";

const HELP = `Runs the tests; the last line is "N passed, N failed, N skipped".

  deno task test                 everything, in short forms
  deno task test:full            everything, with the counts that docs/verification.md states
  deno task test tests/server    only test files whose path contains one of the words
  --jobs 1                       how many run side by side (default: the number of cores)`;

Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { full: { type: "boolean" }, jobs: { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const root = new URL("..", import.meta.url);
  const options = { root, full: values.full ?? false };
  const wanted = (file: string) => positionals.length === 0 || positionals.some((word) => file.includes(word));

  const ready = await prepare(root);
  const { files, leftOut } = await findTests(root);
  const jobs: Job[] = [
    ...(positionals.length === 0 ? staticSteps(options, leftOut) : []),
    ...files.filter(wanted).map((file) => testFileJob(file, options)),
  ];
  const results = [
    ...ready,
    ...await runAll(jobs, { sideBySide: Number(values.jobs ?? navigator.hardwareConcurrency), print: console.log }),
  ];
  const total = sum(results);
  const strict = Deno.env.get("CI") === "true";
  for (const line of describe(results, { strict })) console.log(line);
  console.log(lastLine(total, { strict }));
  return isSound(total, { strict }) ? 0 : 1;
}
