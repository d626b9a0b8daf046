/** Reads what `deno test --junit-path` writes: exactly which tests passed, failed and were skipped. */
import type { Failure } from "./job.ts";

export interface Counts {
  readonly passed: number;
  readonly failed: readonly Failure[];
  readonly skipped: readonly string[];
}

/** Steps count as tests of their own, named `test > step`, as Deno writes them. */
export function readJunit(xml: string): Counts {
  const failed: Failure[] = [];
  const skipped: string[] = [];
  let passed = 0;
  for (const [, attributes = "", body = ""] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const name = attribute(attributes, "name");
    const fault = /<(?:failure|error)\b([^>]*)>/.exec(body);
    if (fault !== null) failed.push({ name, message: attribute(fault[1] ?? "", "message") });
    else if (body.includes("<skipped")) skipped.push(name);
    else passed++;
  }
  return { passed, failed, skipped };
}

function attribute(attributes: string, name: string): string {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "";
  return value.replace(/&(amp|lt|gt|quot|apos|#(\d+)|#x([0-9a-f]+));/gi, (whole, entity, decimal, hex) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
    return { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }[String(entity).toLowerCase()] ?? whole;
  });
}
