/** Hints say "look again": losing one costs a moment, never text, because whoever hears one reads the store. */
import type { EventBus } from "../domain/bus.ts";
import { newId } from "../domain/id.ts";
import type { Chunk } from "../domain/turn.ts";

/** A hint in this process may carry the committed chunk itself, which saves the read. */
export type Listener = (chunk?: Chunk) => void;

export interface Hints {
  /** Call after the commit. Topics are a turn's id, "queued", "background" and "posted". */
  tell(topic: string, chunk?: Chunk): void;
  /** Returns the way to stop listening. */
  hear(topic: string, listener: Listener): () => void;
}

/** Hints that reach other processes too. */
export interface SharedHints extends Hints {
  /** Passes on what others tell until aborted; whatever goes wrong with the bus is waited out, and reported. */
  share(signal: AbortSignal, report: (error: unknown) => void): Promise<void>;
}

/** What is told within this time goes to the others as one message. */
const gatherMs = 20;
/** Of 36 characters each, so that a message stays below 7,000 bytes. */
const topicsPerMessage = 180;
/** While the bus does not answer. */
const maxOutgoing = 10_000;
const busTopic = "hints";
const pauseMs = 1000;

/** With a bus, other processes on the same store hear what is told here, without the chunks: those they read. */
export function openHints(bus?: EventBus): SharedHints {
  const listeners = new Map<string, Set<Listener>>();
  const self = newId();
  const outgoing = new Set<string>();
  let isSending = false;

  function tellHere(topic: string, chunk?: Chunk) {
    for (const listener of listeners.get(topic) ?? []) listener(chunk);
  }

  /** One message at a time; one that is lost is what the listeners' own clocks are for. */
  async function sendOutgoing(to: EventBus) {
    while (outgoing.size > 0) {
      const topics = [...outgoing].slice(0, topicsPerMessage);
      for (const topic of topics) outgoing.delete(topic);
      await to.publish(busTopic, [self, ...topics].join()).catch(() => {});
    }
    isSending = false;
  }

  const hints: SharedHints = {
    tell(topic, chunk) {
      tellHere(topic, chunk);
      if (!bus) return;
      if (outgoing.size < maxOutgoing) outgoing.add(topic);
      if (isSending) return;
      isSending = true;
      setTimeout(() => sendOutgoing(bus), gatherMs);
    },
    async share(signal, report) {
      while (bus && !signal.aborted) {
        try {
          for await (const message of bus.subscribe(busTopic, signal)) {
            const [sender, ...topics] = message.split(",");
            if (sender !== self) { for (const topic of topics) tellHere(topic); }
          }
        } catch (error) {
          report(error);
        }
        await nextHint(hints, [], pauseMs, signal);
      }
    },
    hear(topic, listener) {
      const all = listeners.get(topic) ?? new Set();
      listeners.set(topic, all.add(listener));
      return () => void (all.delete(listener) && all.size === 0 && listeners.delete(topic));
    },
  };
  return hints;
}

/** Resolves at the next hint on any of these topics, after `ms`, or when aborted. */
export function nextHint(hints: Hints, topics: readonly string[], ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    function done() {
      clearTimeout(timer);
      stops.forEach((stop) => stop());
      signal.removeEventListener("abort", done);
      resolve();
    }
    const timer = setTimeout(done, ms);
    const stops = topics.map((topic) => hints.hear(topic, done));
    if (signal.aborted) done();
    else signal.addEventListener("abort", done);
  });
}
