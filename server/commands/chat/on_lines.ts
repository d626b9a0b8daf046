/** A sitting in lines: nothing is ever redrawn, and the terminal itself takes care of typing. */
import { plainView } from "./plain_view.ts";
import { openSession, type SessionOptions } from "./session.ts";

export interface OnLinesOptions extends Omit<SessionOptions, "view"> {
  readonly write: (text: string) => void;
  /** UTF-8, line by line. */
  readonly input: AsyncIterable<Uint8Array>;
  readonly greeting: string;
  /** Gets a function for each Ctrl-C; what it returns ends that. */
  readonly onInterrupt: (interrupted: () => void) => () => void;
  /** Aborts when the program is told to end. */
  readonly signal: AbortSignal;
}

const PROMPT = "> ";

/** Resolves when the person leaves. */
export async function chatOnLines(options: OnLinesOptions): Promise<void> {
  const { write, input, greeting, onInterrupt, signal } = options;
  const view = plainView({ write, writeNote: write, isWatched: true, isTerminal: true });
  const session = openSession({ ...options, view });
  const leaving = Promise.withResolvers<void>();
  let interrupts = 0;
  let open = 0;

  const forget = onInterrupt(() => {
    interrupts++;
    if (interrupts > 1) return leaving.resolve();
    if (!session.stop()) write(`\n(Ctrl-C again leaves)\n${PROMPT}`);
  });

  async function submit(line: string): Promise<void> {
    open++;
    const isOver = await session.submit(line);
    open--;
    if (isOver) leaving.resolve();
    else if (open === 0) write(PROMPT);
  }

  async function read(): Promise<void> {
    const submitted: Promise<void>[] = [];
    for await (const line of messages(input)) {
      interrupts = 0;
      submitted.push(submit(line));
      submitted.at(-1)?.catch(leaving.reject);
    }
    // What was piped in is answered to its end.
    await Promise.all(submitted);
    leaving.resolve();
  }

  signal.addEventListener("abort", () => leaving.resolve());
  try {
    write(`${greeting}\n${PROMPT}`);
    read().catch(leaving.reject);
    await leaving.promise;
    session.stop();
  } finally {
    forget();
    write("\n");
  }
}

/** Lines; those that end with a backslash together with the one after. */
export async function* messages(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let message = "";
  for await (const bytes of input) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.endsWith("\\")) message += `${line.slice(0, -1)}\n`;
      else {
        yield message + line;
        message = "";
      }
    }
  }
  if (message + rest !== "") yield message + rest;
}
