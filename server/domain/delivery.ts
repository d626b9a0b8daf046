/** One part of an answer posted on a platform, and when it may be sent again: the policy, as pure functions. */
import type { RecoverOptions } from "./turn.ts";

export type DeliveryState = "pending" | "sending" | "sent" | "not_sent" | "unknown";

/** How a platform lets us find out whether a post was made. */
export type Certainty =
  /** A repeat with the same nonce within `nonceMs` makes no second post (Discord: `nonce` + `enforce_nonce`). */
  | { readonly kind: "nonce"; readonly nonceMs: number }
  /** Posts carry our nonce and can be looked up; a post is made within `settleMs` of its request, or never (Slack). */
  | { readonly kind: "history"; readonly settleMs: number }
  /** Neither (Teams). */
  | { readonly kind: "none" };

/** What one request has shown. `not_sent` is certain: never connected, 429, any refusal of the request itself. */
export type Outcome =
  | { readonly kind: "sent"; readonly ref: string }
  | { readonly kind: "not_sent"; readonly reason: string; readonly retryAfterMs?: number }
  | { readonly kind: "unknown"; readonly reason: string };

/**
 * Why an outcome is unknown. `given_up`: the sender itself gave up or is dead, so nothing more will be sent by it.
 * `lost`: the sender lost its lease and may be paused just before sending.
 */
export type Doubt = "given_up" | "lost";

export type Verdict =
  | { readonly state: "sent"; readonly ref: string }
  | { readonly state: "pending"; readonly afterMs: number; readonly doubt?: Doubt }
  | { readonly state: "not_sent" | "unknown" };

export interface Attempts {
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Since the first request for this part. */
  readonly ageMs: number;
}

/** After a request whose sender is alive and has heard, or not heard, the answer. */
export function afterOutcome(certainty: Certainty, outcome: Outcome, attempts: Attempts): Verdict {
  switch (outcome.kind) {
    case "sent":
      return { state: "sent", ref: outcome.ref };
    case "not_sent":
      if (attempts.attempt >= attempts.maxAttempts) return { state: "not_sent" };
      return { state: "pending", afterMs: Math.ceil(outcome.retryAfterMs ?? backoffMs(attempts.attempt)) };
    case "unknown":
      return inDoubt(certainty, "given_up", attempts);
  }
}

/** After a request whose outcome nobody can tell. */
export function inDoubt(certainty: Certainty, doubt: Doubt, { attempt, maxAttempts, ageMs }: Attempts): Verdict {
  if (attempt >= maxAttempts) return { state: "unknown" };
  switch (certainty.kind) {
    case "nonce":
      return ageMs < certainty.nonceMs ? { state: "pending", afterMs: backoffMs(attempt) } : { state: "unknown" };
    case "history":
      return { state: "pending", afterMs: certainty.settleMs, doubt };
    case "none":
      return { state: "unknown" };
  }
}

/** After a look into the history: what is found settles it; "not there" is only believed when the sender can send no more. */
export function afterLook(doubt: Doubt, found: string | undefined): Verdict | "send" {
  if (found !== undefined) return { state: "sent", ref: found };
  return doubt === "given_up" ? "send" : { state: "unknown" };
}

function backoffMs(attempt: number): number {
  return Math.min(200 * 2 ** attempt, 30_000);
}

/** The same for every attempt at a part. Discord allows 25 characters: 22 for the id, the rest for a part below 100. */
export function nonce(turn: string, part: number): string {
  const id = Uint8Array.fromHex(turn.replaceAll("-", ""));
  return `${id.toBase64({ alphabet: "base64url", omitPadding: true })}.${part}`;
}

/** The right to send one part, until its lease ends. */
export interface DeliveryClaim {
  readonly workspace: string;
  readonly turn: string;
  readonly part: number;
  readonly attempt: number;
  readonly platform: string;
  readonly place: string;
  readonly text: string;
  readonly nonce: string;
  readonly doubt: Doubt | null;
  readonly ageMs: number;
}

/** The outbox: each part of an answer, in order, posted once. `sending` is committed before the request goes out. */
export interface DeliveryStore {
  /** The first open part of some place, ours to send for `leaseMs`; undefined when none is due. */
  claim(options: { owner: string; leaseMs: number }): Promise<DeliveryClaim | undefined>;
  /** Writes what was decided after a request. "sent" is a fact and needs no fence; the rest is an intention and does. */
  record(claim: DeliveryClaim, verdict: Verdict, reason: string | null): Promise<void>;
  /** Takes back the parts whose sender was lost, by the rule of its platform. Returns how many. */
  recover(
    options: RecoverOptions & { maxAttempts: number; certaintyOf: (platform: string) => Certainty },
  ): Promise<number>;
}
