/** How much may be under way at once: streams that are open, turns that wait. */
import { ChatError } from "../domain/error.ts";
import type { Store } from "../domain/store.ts";
import type { HttpLimits } from "./options.ts";

export interface Gate {
  /** Streams and requests that wait for an answer. */
  readonly open: number;
  /** Counts one in, until the returned function is called. Throws "unavailable" when there are too many. */
  enter(): () => void;
  /** Throws "rate_limited" while too many turns wait. */
  checkQueue(): Promise<void>;
}

/** The length of the queue is looked up at most this often. */
const queueAgeMs = 200;

export function openGate(
  { store, limits }: { store: Store; limits: Pick<HttpLimits, "openStreams" | "waitingTurns"> },
): Gate {
  let open = 0;
  let queue = { waiting: Promise.resolve(0), untilMs: 0, since: 0 };

  return {
    get open() {
      return open;
    },
    enter() {
      if (open >= limits.openStreams) {
        throw new ChatError("unavailable", "Cannot follow another answer now: too many are being followed", {
          retryAfterMs: 5000,
        });
      }
      open += 1;
      let isIn = true;
      return () => {
        if (isIn) open -= 1;
        isIn = false;
      };
    },
    async checkQueue() {
      const now = performance.now();
      if (now > queue.untilMs) {
        const waiting = store.turns.countOpen().then(({ queued }) => queued);
        queue = { waiting, untilMs: now + queueAgeMs, since: 0 };
      }
      // Those let in since the look may wait too: a burst must not slip through between two looks.
      const { since } = queue;
      queue.since += 1;
      if (await queue.waiting + since >= limits.waitingTurns) {
        throw new ChatError("rate_limited", "Cannot take another message now: too many wait to be answered", {
          retryAfterMs: 5000,
        });
      }
    },
  };
}
