/** The bytes of an answer, by what arrived together; with an end to waiting. */
import type { Answer } from "./call.ts";

export type Arrival =
  | { readonly kind: "bytes"; readonly pieces: readonly Uint8Array[] }
  | { readonly kind: "end" }
  | { readonly kind: "silence" }
  | { readonly kind: "broken"; readonly error: unknown };

export interface Arrivals {
  /** What has come, or the next that comes within `limitMs`. */
  next(limitMs: number): Promise<Arrival>;
  /** Closes the connection, unless the answer had ended or is about to: then it is kept for the next call. */
  close(isComplete: boolean): void;
}

// A reader that does not keep up lets this much wait before the server is slowed down.
const maxPendingBytes = 256 * 1024;
// How long an answer that is all there may take to end, before its connection is closed rather than kept.
const endingMs = 1_000;

/** Reads by events: an async iterator or `fetch`'s reader costs several times as much for each token. */
export function openArrivals(body: Answer["body"], signal: AbortSignal): Arrivals {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  let last: Extract<Arrival, { kind: "end" | "broken" }> | undefined;
  let wake: (() => void) | undefined;

  const end = (arrival: NonNullable<typeof last>) => {
    last ??= arrival;
    signal.removeEventListener("abort", abort);
    wake?.();
  };
  const abort = () => {
    body.destroy();
    end({ kind: "end" });
  };
  body.on("data", (piece: Uint8Array) => {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > maxPendingBytes) body.pause();
    wake?.();
  });
  body.on("end", () => end({ kind: "end" }));
  body.on("error", (error: unknown) => end({ kind: "broken", error }));
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();

  function take(): Arrival {
    const taken = pieces;
    pieces = [];
    bytes = 0;
    if (body.isPaused()) body.resume();
    return { kind: "bytes", pieces: taken };
  }

  return {
    async next(limitMs) {
      if (pieces.length > 0) return take();
      if (last !== undefined) return last;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const isWoken = await new Promise<boolean>((resolve) => {
        wake = () => resolve(true);
        timer = setTimeout(() => resolve(false), limitMs);
      });
      clearTimeout(timer);
      wake = undefined;
      if (pieces.length > 0) return take();
      return last ?? { kind: isWoken ? "end" : "silence" };
    },
    close(isComplete) {
      signal.removeEventListener("abort", abort);
      if (last !== undefined) return;
      if (!isComplete) {
        body.destroy();
        return;
      }
      const timer = setTimeout(() => body.destroy(), endingMs);
      body.once("close", () => clearTimeout(timer));
      body.resume();
    },
  };
}
