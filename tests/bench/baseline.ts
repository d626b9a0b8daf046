/** The last kept run, and whether this one is worse than noise explains. */
import { type Figure, type Summary, summaryOf } from "./figure.ts";

export interface Baseline {
  readonly machine: string;
  /** ISO 8601. */
  readonly at: string;
  readonly figures: Readonly<Record<string, Summary>>;
}

export interface Comparison {
  readonly isWorse: boolean;
  readonly said: string;
}

/** A change below this is nothing, however quiet the machine. */
const leastShare = 0.15;
/** So many spreads of either run are noise. */
const noise = 4;

export function compare(figures: readonly Figure[], baseline: Baseline | undefined): Map<string, Comparison> {
  const found = new Map<string, Comparison>();
  for (const figure of figures) {
    const before = baseline?.figures[figure.name];
    if (!before || !figure.goal) continue;
    const now = summaryOf(figure);
    const worseBy = "atMost" in figure.goal ? now.median - before.median : before.median - now.median;
    const tolerated = Math.max(leastShare * Math.abs(before.median), noise * (now.spread + before.spread));
    const change = before.median === 0 ? now.median - before.median : (now.median / before.median - 1) * 100;
    const said = before.median === 0 ? `${change}` : `${change > 0 ? "+" : ""}${change.toFixed(0)} %`;
    const isWorse = worseBy > tolerated;
    found.set(figure.name, { isWorse, said: isWorse ? `${said} WORSE` : said });
  }
  return found;
}

/** Undefined when there is none yet. */
export async function readBaseline(file: string): Promise<Baseline | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What is measured now takes the place of what was; figures of parts that did not run stay. */
export async function saveBaseline(
  file: string,
  figures: readonly Figure[],
  { machine, at }: { machine: string; at: string },
): Promise<void> {
  const before = (await readBaseline(file))?.figures ?? {};
  const now = Object.fromEntries(figures.map((figure) => [figure.name, summaryOf(figure)]));
  const baseline: Baseline = { machine, at, figures: { ...before, ...now } };
  await Deno.writeTextFile(file, `${JSON.stringify(baseline, null, 2)}\n`);
}
