/** Takes the text out of a document in a worker, so that a hostile or huge one holds nobody else up. */
import type { DocumentKind } from "./recognise.ts";

export type Taken =
  | { readonly text: string }
  | { readonly problem: string; readonly isLate?: boolean };

/** Readers at work at the same time, and files that wait for one. */
const maxAtOnce = 2;
const maxWaiting = 50;

let atWork = 0;
const waiting: (() => void)[] = [];

/** Never throws for what the file holds: `problem` says what is wrong with it. */
export async function takeText(kind: DocumentKind, bytes: Uint8Array, timeLimitMs: number): Promise<Taken> {
  if (atWork >= maxAtOnce) {
    if (waiting.length >= maxWaiting) {
      return { problem: "too many files are being read just now; try again", isLate: true };
    }
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else atWork += 1;
  try {
    return await read(kind, bytes, timeLimitMs);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else atWork -= 1;
  }
}

async function read(kind: DocumentKind, bytes: Uint8Array, timeLimitMs: number): Promise<Taken> {
  // The module knows its own address, also as a piece of a bundle, so a worker can be made from it.
  const { address } = await import("./document_worker.ts");
  const worker = new Worker(address, { type: "module" });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await new Promise<Taken>((resolve) => {
      timer = setTimeout(() => {
        const seconds = Math.ceil(timeLimitMs / 1000);
        resolve({ problem: `it takes longer than ${seconds} seconds to read; attach a part of it`, isLate: true });
      }, timeLimitMs);
      worker.onmessage = ({ data }: MessageEvent<Taken>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        resolve({ problem: "it is damaged" });
      };
      worker.postMessage({ kind, bytes });
    });
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}
