/** How often somebody may do something: a bounded table of buckets that fill again with time. */

export interface RateLimit {
  /** Takes one. Returns 0 when there was one, else the milliseconds until there is. */
  take(who: string): number;
  /** The same, without taking. */
  wait(who: string): number;
}

interface Bucket {
  left: number;
  atMs: number;
}

/** A full bucket holds `perMinute`. Past `size` entries the one unused the longest is forgotten. */
export function openRateLimit(
  { perMinute, size }: { perMinute: number; size: number },
  now: () => number = () => performance.now(),
): RateLimit {
  const buckets = new Map<string, Bucket>();
  const perMs = perMinute / 60_000;

  function look(who: string): Bucket {
    const atMs = now();
    const known = buckets.get(who);
    const left = known ? Math.min(perMinute, known.left + (atMs - known.atMs) * perMs) : perMinute;
    return { left, atMs };
  }

  function waitOf({ left }: Bucket): number {
    return left >= 1 ? 0 : Math.ceil((1 - left) / perMs);
  }

  return {
    take(who) {
      const bucket = look(who);
      const waitMs = waitOf(bucket);
      if (waitMs === 0) bucket.left -= 1;
      buckets.delete(who);
      buckets.set(who, bucket);
      if (buckets.size > size) {
        const [oldest] = buckets.keys();
        if (oldest !== undefined) buckets.delete(oldest);
      }
      return waitMs;
    },
    wait: (who) => waitOf(look(who)),
  };
}
