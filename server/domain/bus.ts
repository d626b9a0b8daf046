/** How processes that share a store tell each other to look again: whatever is lost here costs a moment, never data. */
import type { Store } from "./store.ts";

export interface EventBus {
  /** Hands `payload` (at most 7,000 bytes) to every process that subscribes, this one included. May be lost. */
  publish(topic: string, payload: string): Promise<void>;
  /**
   * What is published from now on, until aborted; goes on by itself after an outage, without what was said meanwhile.
   * A topic is a word of letters and underscores.
   */
  subscribe(topic: string, signal: AbortSignal): AsyncIterable<string>;
  close(): Promise<void>;
}

/** Capability of a store that several processes share: it carries their hints too. */
export interface SharedStore extends Store {
  readonly bus: EventBus;
}

export function isShared(store: Store): store is SharedStore {
  return "bus" in store;
}
