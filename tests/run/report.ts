/** What a run comes to: the totals, the failures in full, and whether it counts as passed. */
import type { Failure, Result, Skip } from "./job.ts";

export interface Total {
  readonly passed: number;
  readonly failed: readonly Failure[];
  readonly skipped: readonly Skip[];
}

/** Strict is how CI counts: a skip that nobody gave a reason for is a failure. */
export interface Strictness {
  readonly strict: boolean;
}

const SHOWN_LINES = 200;

export function sum(results: readonly Result[]): Total {
  return {
    passed: results.reduce((count, result) => count + result.passed, 0),
    failed: results.flatMap((result) => result.failed),
    skipped: results.flatMap((result) => result.skipped),
  };
}

/** True when something passed and nothing failed. */
export function isSound(total: Total, { strict }: Strictness): boolean {
  return total.passed > 0 && total.failed.length === 0 && !(strict && unexplained(total.skipped).length > 0);
}

export function lastLine(total: Total, { strict }: Strictness): string {
  const silent = strict ? unexplained(total.skipped).length : 0;
  return `${total.passed} passed, ${total.failed.length + silent} failed, ${total.skipped.length - silent} skipped`;
}

/** The slowest jobs, every skip with its reason, and every failure with what was printed before it. */
export function describe(results: readonly Result[], { strict }: Strictness): string[] {
  const total = sum(results);
  const slowest = results.toSorted((a, b) => b.elapsedMs - a.elapsedMs).slice(0, 5);
  return [
    "",
    `slowest: ${slowest.map((result) => `${result.job} ${(result.elapsedMs / 1000).toFixed(1)} s`).join(", ")}`,
    ...total.skipped.map((skip) => `skipped: ${skip.name}: ${skip.reason ?? "no reason given"}`),
    ...results.filter((result) => result.failed.length > 0).flatMap(describeFailure),
    ...(strict && unexplained(total.skipped).length > 0
      ? ["Cannot pass: in CI every skip needs a reason, given through tests/run/test_where.ts"]
      : []),
    ...(total.passed + total.failed.length === 0 ? ["Cannot pass: no test was run"] : []),
    "",
  ];
}

function describeFailure(result: Result): string[] {
  return [
    "",
    `FAILED ${result.job}`,
    ...result.failed.map((failure) => `  ${failure.name}: ${failure.message}`),
    ...withoutColour(result.output).trimEnd().split("\n").slice(-SHOWN_LINES).map((line) => `  | ${line}`),
  ];
}

function withoutColour(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[\d;]*m/g, "");
}

function unexplained(skipped: readonly Skip[]): readonly Skip[] {
  return skipped.filter((skip) => skip.reason === undefined);
}
