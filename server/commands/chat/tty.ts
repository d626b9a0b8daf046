/** The terminal this program was started in, with every key handed to us. */
import type { Terminal } from "./screen_view.ts";

export const terminal: Terminal = {
  write,
  size() {
    const { columns, rows } = Deno.consoleSize();
    // A terminal that nobody has told its size says 0.
    return { columns: columns || 80, rows: rows || 24 };
  },
};

/** Keys are not shown, gathered or acted on by the system any more, until `close`; a paste arrives marked as one. */
export function openKeyboard(): { readonly input: AsyncIterable<Uint8Array>; close(): Promise<void> } {
  const reader = Deno.stdin.readable.getReader();
  Deno.stdin.setRaw(true);
  write("\x1b[?2004h");
  return {
    input: chunks(reader),
    async close() {
      write("\x1b[?2004l\x1b[?25h");
      Deno.stdin.setRaw(false);
      await reader.cancel();
    },
  };
}

/** Resize is not signalled on Windows; there the next key finds the new size. */
export function onResize(repaint: () => void): () => void {
  if (Deno.build.os === "windows") return () => {};
  Deno.addSignalListener("SIGWINCH", repaint);
  return () => Deno.removeSignalListener("SIGWINCH", repaint);
}

/** Calls `heard` for each of the signals; what it returns ends that. */
export function onSignals(names: readonly Deno.Signal[], heard: () => void): () => void {
  const known = names.filter((name) => Deno.build.os !== "windows" || name === "SIGINT" || name === "SIGBREAK");
  for (const name of known) Deno.addSignalListener(name, heard);
  return () => known.forEach((name) => Deno.removeSignalListener(name, heard));
}

/** To standard output, all of it. A reader that has gone away (`| head`) is no error. */
export function write(text: string): void {
  let rest = new TextEncoder().encode(text);
  try {
    while (rest.length > 0) rest = rest.subarray(Deno.stdout.writeSync(rest));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

async function* chunks(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}
