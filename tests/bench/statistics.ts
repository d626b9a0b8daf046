/** The few figures that sum up many. */

/** NaN for nothing. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that has `share` of all values at or below it; NaN for nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** How far values lie from their median, by the median: one disturbed round does not move it. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}
