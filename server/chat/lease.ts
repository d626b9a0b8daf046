/** Keeps a claim's lease while the model is silent, and hears who wants it to end. */
import { isChatError } from "../domain/error.ts";
import type { Store } from "../domain/store.ts";
import type { Claim } from "../domain/turn.ts";
import type { Hints } from "./hints.ts";

/** Why the call to the model was cut. */
export type Cause = "stopped" | "shutdown" | "lease_lost" | "failed";

export interface Lease {
  /** Aborts when the call to the model must end. */
  readonly upstream: AbortSignal;
  /** The first cause, if any. */
  cause(): Cause | undefined;
  cut(cause: Cause): void;
  /** Lets go of timers and listeners. */
  end(): void;
}

export function holdLease(
  claim: Claim,
  { store, hints, leaseMs }: { store: Store; hints: Hints; leaseMs: number },
  shutdown: AbortSignal,
): Lease {
  const upstream = new AbortController();
  let cause: Cause | undefined;

  function cut(why: Cause) {
    cause ??= why;
    upstream.abort();
  }

  /** Only a lost lease ends the call here; any other trouble meets whoever writes next, who answers for it. */
  async function look() {
    try {
      if (await store.turns.renew(claim, leaseMs)) cut("stopped");
    } catch (error) {
      if (isChatError(error, "lease_lost")) cut("lease_lost");
    }
  }

  const heartbeat = setInterval(look, leaseMs / 3);
  const leave = hints.hear(claim.turn, (chunk) => void (chunk ?? look()));
  const onShutdown = () => cut("shutdown");
  if (shutdown.aborted) onShutdown();
  shutdown.addEventListener("abort", onShutdown);
  return {
    upstream: upstream.signal,
    cause: () => cause,
    cut,
    end() {
      clearInterval(heartbeat);
      leave();
      shutdown.removeEventListener("abort", onShutdown);
    },
  };
}
