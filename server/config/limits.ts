/** What a tier sets: how much is done at once, and where every queue and cache ends. */
import type { Tier } from "./tier.ts";

export interface Limits {
  /** Answers being made at the same time. */
  readonly answersAtOnce: number;
  /** Posts to chat platforms on their way at the same time. */
  readonly postsAtOnce: number;
  /** Connections to a database server, of this process. */
  readonly databaseConnections: number;
  /** Event streams open at the same time; further ones are refused with 503. */
  readonly openStreams: number;
  /** Turns that may wait; further messages are refused with 429. */
  readonly waitingTurns: number;
  /** Entries of every cache and table that is kept in memory. */
  readonly cacheEntries: number;
}

const byTier: Readonly<Record<Tier, Limits>> = {
  1: {
    answersAtOnce: 16,
    postsAtOnce: 4,
    databaseConnections: 8,
    openStreams: 1000,
    waitingTurns: 1000,
    cacheEntries: 2000,
  },
  2: {
    answersAtOnce: 48,
    postsAtOnce: 8,
    databaseConnections: 16,
    openStreams: 4000,
    waitingTurns: 5000,
    cacheEntries: 10_000,
  },
  3: {
    answersAtOnce: 128,
    postsAtOnce: 16,
    databaseConnections: 32,
    openStreams: 9000,
    waitingTurns: 20_000,
    cacheEntries: 50_000,
  },
  // Of each replica: others share the work.
  4: {
    answersAtOnce: 128,
    postsAtOnce: 16,
    databaseConnections: 24,
    openStreams: 9000,
    waitingTurns: 20_000,
    cacheEntries: 20_000,
  },
};

export function limitsOf(tier: Tier): Limits {
  return byTier[tier];
}
