/** The worker that reads one document: it gets the kind and the bytes, and answers with the text or what is wrong. */
import type { DocumentKind } from "./recognise.ts";
import type { Taken } from "./take_text.ts";
import { UnreadableFile } from "./unreadable.ts";

/** Where a worker finds this module; in a program that imports it nothing else happens. */
export const address = import.meta.url;

interface WorkerScope {
  onmessage: ((event: MessageEvent<{ kind: DocumentKind; bytes: Uint8Array<ArrayBuffer> }>) => void) | null;
  postMessage(taken: Taken): void;
}

const readers: Readonly<Record<DocumentKind, () => Promise<(bytes: Uint8Array<ArrayBuffer>) => Promise<string>>>> = {
  pdf: async () => (await import("./pdf.ts")).readPdf,
  docx: async () => (await import("./docx.ts")).readDocx,
  xlsx: async () => (await import("./xlsx.ts")).readXlsx,
};

if (isWorker(globalThis)) {
  const scope = globalThis;
  scope.onmessage = async ({ data: { kind, bytes } }) => scope.postMessage(await read(kind, bytes));
}

async function read(kind: DocumentKind, bytes: Uint8Array<ArrayBuffer>): Promise<Taken> {
  try {
    return { text: await (await readers[kind]())(bytes) };
  } catch (error) {
    // The libraries throw all kinds of errors at what they were not made for; whichever it is, the file is at fault.
    return { problem: error instanceof UnreadableFile ? error.message : "it is damaged" };
  }
}

function isWorker(scope: object): scope is WorkerScope {
  return scope.constructor.name === "DedicatedWorkerGlobalScope";
}
