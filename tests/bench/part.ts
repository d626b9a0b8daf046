/** A part of the benchmark, and what it is given to measure. */
import type { Figure } from "./figure.ts";
import type { Options } from "./options.ts";
import type { Product } from "./product.ts";
import type { Target } from "./target.ts";

export interface Part {
  readonly name: string;
  /** Runs all rounds. */
  run(world: World): Promise<readonly Figure[]>;
}

export interface World {
  readonly options: Options;
  /** For whatever is written; removed at the end. */
  readonly folder: string;
  readonly product: Product;
  /** The scripted model server; also a target, for what is there without anything in between. */
  readonly upstream: Target;
  /** The product and B beside each other, warm; started when first asked for. */
  running(): Promise<{ readonly product: Target; readonly bare: Target }>;
}

/** Goes round the targets, so that whatever disturbs the machine disturbs all alike; one list of results for each. */
export async function inTurns<Result>(
  rounds: number,
  targets: readonly Target[],
  measure: (target: Target) => Promise<Result>,
): Promise<Result[][]> {
  const results: Result[][] = targets.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, target] of targets.entries()) {
      results[i]?.push(await measure(target));
      // What the last one left to do must not be charged to the next.
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }
  return results;
}

/** Round by round: one list made of two. */
export function each<A, B>(first: readonly A[], second: readonly B[], make: (a: A, b: B) => number): number[] {
  return first.flatMap((a, round) => {
    const b = second[round];
    return b === undefined ? [] : [make(a, b)];
  });
}
