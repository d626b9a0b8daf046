/** Hints say "look again": losing one costs a moment, never text, because whoever hears one reads the store. */
import type { Chunk } from "../domain/turn.ts";

/** A hint in this process may carry the committed chunk itself, which saves the read. */
export type Listener = (chunk?: Chunk) => void;

export interface Hints {
  /** Call after the commit. Topics are a turn's id, "queued", "background" and "posted". */
  tell(topic: string, chunk?: Chunk): void;
  /** Returns the way to stop listening. */
  hear(topic: string, listener: Listener): () => void;
}

export function openHints(): Hints {
  const listeners = new Map<string, Set<Listener>>();
  return {
    tell(topic, chunk) {
      for (const listener of listeners.get(topic) ?? []) listener(chunk);
    },
    hear(topic, listener) {
      const all = listeners.get(topic) ?? new Set();
      listeners.set(topic, all.add(listener));
      return () => void (all.delete(listener) && all.size === 0 && listeners.delete(topic));
    },
  };
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
