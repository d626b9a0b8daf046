/** One figure of the benchmark: a value for each round, and what it should be. */
import { median, spread } from "./statistics.ts";

export interface Figure {
  /** Of the table of goals in `docs/performance.md`; null: for information. */
  readonly row: number | null;
  /** Unique, and the same in every run: how it is found again in the baseline. */
  readonly name: string;
  readonly unit: string;
  /** One for each round. */
  readonly values: readonly number[];
  readonly goal?: Goal;
}

export type Goal =
  | { readonly atMost: number; readonly stretch?: number }
  | { readonly atLeast: number; readonly stretch?: number };

export interface Summary {
  readonly median: number;
  readonly spread: number;
}

export function summaryOf({ values }: Pick<Figure, "values">): Summary {
  return { median: median(values), spread: spread(values) };
}

/** Undefined where there is no goal. NaN meets none. */
export function verdictOn(figure: Figure): "missed" | "met" | "stretch" | undefined {
  const { goal } = figure;
  if (!goal) return undefined;
  const { median } = summaryOf(figure);
  const [direction, limit] = "atMost" in goal ? [1, goal.atMost] as const : [-1, goal.atLeast] as const;
  if (!(median * direction <= limit * direction)) return "missed";
  return goal.stretch !== undefined && median * direction <= goal.stretch * direction ? "stretch" : "met";
}
