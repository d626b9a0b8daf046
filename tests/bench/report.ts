/** The table that people read. */
import { type Comparison } from "./baseline.ts";
import { type Figure, type Goal, summaryOf, verdictOn } from "./figure.ts";

const signs = { missed: "missed", met: "ok", stretch: "ok, stretch" } as const;

/** A line for each figure: what it is, what it should be, and how it stands against the last kept run. */
export function tableOf(figures: readonly Figure[], compared: ReadonlyMap<string, Comparison>): string {
  const rows = figures.map((figure) => {
    const { median, spread } = summaryOf(figure);
    const verdict = verdictOn(figure);
    return [
      figure.row === null ? "" : String(figure.row),
      figure.name,
      `${short(median)}${figure.unit && ` ${figure.unit}`}`,
      `± ${short(spread)}`,
      figure.goal ? describe(figure.goal) : "",
      verdict ? signs[verdict] : "",
      compared.get(figure.name)?.said ?? "",
    ];
  });
  const all = [["#", "figure", "median", "spread", "goal", "", "baseline"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ").trimEnd()).join("\n");
}

/** Three digits that say something. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "none" : "never";
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
}

function describe(goal: Goal): string {
  const limit = "atMost" in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
  return goal.stretch === undefined ? limit : `${limit} (${goal.stretch})`;
}
