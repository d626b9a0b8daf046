/** One import as the page sees it: the file on its way to the server, then what becomes of each conversation. */
import { type Signal, signal } from "@preact/signals";

export interface ImportLine {
  readonly title: string | null;
  readonly outcome: "imported" | "present" | "failed";
  readonly reason: string | null;
}

export interface ImportState {
  readonly step: "choosing" | "sending" | "reading" | "done" | "failed";
  /** Of the step, 0 to 1. */
  readonly share: number;
  readonly counts: { readonly imported: number; readonly present: number; readonly failed: number };
  /** The newest first, the failed before them; the counts are whole, this is not. */
  readonly lines: readonly ImportLine[];
  /** Why the whole of it failed. */
  readonly problem: string | null;
}

export interface ImportRun {
  readonly state: Signal<ImportState>;
  start(file: File): void;
  /** What is in by then stays. */
  cancel(): void;
}

const beginning: ImportState = {
  ...{ step: "choosing", share: 0, lines: [], problem: null },
  counts: { imported: 0, present: 0, failed: 0 },
};
const mostLines = 200;

/** By XMLHttpRequest: `fetch` does not tell how much of a file is sent. */
export function createImportRun(onImported: () => void): ImportRun {
  const state = signal(beginning);
  let request: XMLHttpRequest | null = null;

  function change(part: Partial<ImportState>): void {
    state.value = { ...state.value, ...part };
  }

  function start(file: File): void {
    const sending = new XMLHttpRequest();
    request = sending;
    let read = 0;
    state.value = { ...beginning, step: "sending" };
    sending.open("POST", "/api/import");
    sending.setRequestHeader("content-type", "application/octet-stream");
    sending.upload.onprogress = ({ loaded, total }) => change({ share: total > 0 ? loaded / total : 0 });
    sending.upload.onload = () => change({ step: "reading", share: 0 });
    sending.onprogress = () => {
      if (sending.status !== 200) return;
      const end = sending.responseText.lastIndexOf("\n\n");
      if (end < read) return;
      take(sending.responseText.slice(read, end));
      read = end + 2;
    };
    sending.onload = () => {
      if (sending.status !== 200) change({ step: "failed", problem: refusalOf(sending.responseText) });
      else if (state.value.step === "reading") breakOff();
      onImported();
    };
    sending.onerror = () => {
      breakOff();
      onImported();
    };
    sending.send(file);
  }

  function breakOff(): void {
    change({
      step: "failed",
      problem: "The connection broke off. What is in stays: choose the file again for the rest.",
    });
  }

  function take(text: string): void {
    let { counts, step, share, problem } = state.value;
    const lines: ImportLine[] = [];
    for (const block of text.split("\n\n")) {
      const event = /^event: (\w+)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (event === undefined || data === undefined) continue;
      const told = JSON.parse(data);
      if (event === "conversation") {
        const line: ImportLine = told;
        lines.unshift(line);
        counts = { ...counts, [line.outcome]: counts[line.outcome] + 1 };
      } else if (event === "progress") share = told.read_bytes / told.total_bytes;
      else if (event === "done") [step, share] = ["done", 1];
      else if (event === "error") [step, problem] = ["failed", told.message];
    }
    const all = [...lines, ...state.value.lines];
    const failed = all.filter(({ outcome }) => outcome === "failed");
    const others = all.filter(({ outcome }) => outcome !== "failed");
    state.value = { counts, step, share, problem, lines: [...failed, ...others].slice(0, mostLines) };
  }

  return {
    state,
    start,
    cancel() {
      request?.abort();
      state.value = beginning;
      onImported();
    },
  };
}

function refusalOf(body: string): string {
  try {
    const problem: { detail?: unknown } = JSON.parse(body);
    if (typeof problem.detail === "string") return problem.detail;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return "The server refused the file.";
}
