/** Money in integer micro-dollars: every model call is reserved at its worst case, then settled. */
import type { Claim, RecoverOptions, Settlement } from "./turn.ts";

/** What a call used. `inputTokens` includes cached ones, `outputTokens` includes reasoning. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  readonly reasoningTokens: number;
  /** What the provider itself says it cost. */
  readonly costMicroUsd?: number;
  /** False where the provider said nothing and the numbers are our own count. */
  readonly isReported: boolean;
}

export type Purpose = "answer" | "title" | "summary" | "relay" | "embedding";

/** One model call about to be made. */
export interface Reservation {
  readonly call: number;
  readonly purpose: Purpose;
  /** `provider/model`. */
  readonly model: string;
  /** The worst case; 0 where the price is unknown or nothing. */
  readonly microUsd: number;
}

/** A call that belongs to no turn: `/v1` is relayed, and kept only here. */
export interface FreeCall {
  readonly workspace: string;
  readonly id: string;
  readonly person: string | null;
}

export interface LedgerTotals {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costMicroUsd: number;
  /** Calls whose price is not known, so not in the sum. */
  readonly unpriced: number;
}

/**
 * The ledger never understates: what was really spent is at most `spent + reserved`, which is at most the limit, at
 * every commit. A reservation lives as long as its turn's lease; when that is lost the whole of it counts as spent
 * until the true cost is known.
 */
export interface LedgerStore {
  /** Throws "over_budget" when it does not fit, "lease_lost" when the turn is another's. A repeat changes nothing. */
  reserve(claim: Claim, reservation: Reservation): Promise<void>;
  /** The same for a call without a turn, which expires by itself after `leaseMs`. */
  reserveFree(call: FreeCall, reservation: Reservation, options: { owner: string; leaseMs: number }): Promise<void>;
  settleFree(call: FreeCall, settlement: Settlement): Promise<void>;
  /** Reserves and settles at once: for a call that had nothing to set aside and is over. */
  bookFree(
    call: FreeCall,
    reservation: Reservation,
    settlement: Settlement,
    options: { owner: string; leaseMs: number },
  ): Promise<void>;
  /** Charges in full the free calls whose owner was lost. */
  expireFree(options: RecoverOptions): Promise<number>;
  /** What a conversation, a person or the workspace has cost. */
  totals(
    filter: { workspace: string; conversation?: string; person?: string; sinceMs?: number },
  ): Promise<LedgerTotals>;
}
