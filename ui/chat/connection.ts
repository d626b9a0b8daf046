/** Notices when the server is away, says so, and calls back when it answers again. */
import { ApiError, callApi, NoConnection } from "../net/api.ts";
import type { ChatState } from "./chat_state.ts";

export interface Connection {
  /** Listens to what the browser knows. */
  start(): void;
  /** To be called with whatever a call threw; true when nothing was refused: the server is away, or wants its key. */
  lost(error: unknown): boolean;
  /** Asks at once whether the server is back. */
  tryNow(): void;
  /** Waits before the next attempt: longer each time, shorter as soon as the server answers. */
  pause(failures: number, signal: AbortSignal): Promise<void>;
}

const firstProbeMs = 1_000;
const longestProbeMs = 15_000;

/** `onBack` runs each time the server answers again after it was away. */
export function watchConnection(chat: ChatState, onBack: () => void): Connection {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let delayMs = firstProbeMs;
  const waiting = new Set<() => void>();

  async function probe(): Promise<void> {
    clearTimeout(timer);
    try {
      await callApi("/healthz", { signal: AbortSignal.timeout(5_000) });
    } catch (error) {
      if (error instanceof NoConnection) {
        timer = setTimeout(probe, delayMs);
        delayMs = Math.min(delayMs * 2, longestProbeMs);
        return;
      }
    }
    delayMs = firstProbeMs;
    wake();
    if (chat.isOffline.value) {
      chat.isOffline.value = false;
      onBack();
    }
  }

  function wake(): void {
    for (const go of waiting) go();
    waiting.clear();
  }

  function isAway(): void {
    if (chat.isOffline.value) return;
    chat.isOffline.value = true;
    delayMs = firstProbeMs;
    timer = setTimeout(probe, delayMs);
  }

  return {
    start() {
      addEventListener("online", () => void probe());
      addEventListener("offline", isAway);
    },
    lost(error) {
      if (error instanceof ApiError && error.status === 401) {
        // the same address asks for the key, and what waits is kept meanwhile
        location.reload();
        return true;
      }
      if (!(error instanceof NoConnection)) return false;
      isAway();
      return true;
    },
    tryNow: () => void probe(),
    pause(failures, signal) {
      // the first break is mended at once: a proxy that ends long answers is no outage
      if (failures > 1) isAway();
      const ms = failures <= 1 ? 50 : Math.min(250 * 2 ** failures, 10_000) * (0.75 + Math.random() / 2);
      return new Promise((resolve) => {
        const go = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", go);
          waiting.delete(go);
          resolve();
        };
        const timer = setTimeout(go, ms);
        signal.addEventListener("abort", go);
        waiting.add(go);
      });
    },
  };
}
