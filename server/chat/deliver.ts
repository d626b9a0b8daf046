/** Posts one part: looks first when an earlier request is in doubt, sends, and writes down what is known. */
import { afterLook, afterOutcome, type DeliveryClaim, type DeliveryStore, type Outcome } from "../domain/delivery.ts";
import { isHistory, type Platform } from "../domain/platform.ts";

export interface DeliverOptions {
  readonly deliveries: DeliveryStore;
  readonly platform: Platform;
  readonly maxAttempts: number;
  /** `performance.now()` up to which a request may be started; later the lease might end under it. */
  readonly sendBefore: number;
}

export async function deliver(claim: DeliveryClaim, options: DeliverOptions): Promise<void> {
  const { deliveries, platform, maxAttempts, sendBefore } = options;
  const attempts = { attempt: claim.attempt, maxAttempts, ageMs: claim.ageMs };
  if (claim.doubt && isHistory(platform)) {
    let found: string | undefined;
    try {
      found = await platform.find(claim.place, claim.nonce);
    } catch (error) { // the history is as unreachable as the rest: ask again later, the doubt stays
      return await deliveries.record(claim, { state: "pending", afterMs: 1000, doubt: claim.doubt }, String(error));
    }
    const verdict = afterLook(claim.doubt, found);
    if (verdict !== "send") return await deliveries.record(claim, verdict, "looked up");
  }
  const outcome: Outcome = performance.now() > sendBefore
    ? { kind: "not_sent", reason: "the lease was nearly over", retryAfterMs: 0 }
    : await platform.send(claim.place, claim);
  const reason = outcome.kind === "sent" ? null : outcome.reason;
  await deliveries.record(claim, afterOutcome(platform.certainty, outcome, attempts), reason);
}
