/** A sitting at a terminal that can be redrawn: every key is ours. */
import { type Editor, emptyEditor, isComplete, press, sent } from "./editor.ts";
import { type Key, openKeyDecoder } from "./keys.ts";
import { type ScreenView, screenView, type Terminal } from "./screen_view.ts";
import { openSession, type Session, type SessionOptions } from "./session.ts";

export interface OnScreenOptions extends Omit<SessionOptions, "view"> {
  readonly terminal: Terminal;
  /** UTF-8, as the keys are pressed. */
  readonly input: AsyncIterable<Uint8Array>;
  /** What was sent earlier, oldest first, for the arrow keys. */
  readonly history: readonly string[];
  readonly greeting: string;
  readonly hasStyles: boolean;
  /** Aborts when the program is told to end. */
  readonly signal: AbortSignal;
  /** Gets a function that repaints; what it returns ends that. */
  readonly onResize: (repaint: () => void) => () => void;
}

/** A terminal sends the rest of a key's sequence at once; an Escape that nothing follows is the key. */
const ESCAPE_MS = 30;
/** So long an answer may take to stop before we leave without it. */
const LEAVE_LIMIT_MS = 2000;

/** Resolves when the person leaves. */
export async function chatOnScreen(options: OnScreenOptions): Promise<void> {
  const { terminal, input, history, greeting, hasStyles, signal, onResize } = options;
  let editor: Editor = emptyEditor(history);
  const view: ScreenView = screenView(terminal, { editor, hasStyles });
  const session: Session = openSession({ ...options, view });
  const leaving = Promise.withResolvers<void>();
  /** How often Ctrl-C was pressed without another key between. */
  let interrupts = 0;

  function interrupt(): string | null {
    interrupts++;
    if (interrupts > 1) leaving.resolve();
    const wasAnswering = session.stop();
    if (!wasAnswering) editor = emptyEditor(editor.history);
    return wasAnswering ? null : "Ctrl-C again leaves";
  }

  function handle(key: Key): string | null {
    const isControl = (letter: string) => key.type === "chord" && key.ctrl && key.letter === letter;
    if (isControl("c")) return interrupt();
    interrupts = 0;
    if (isControl("d") && editor.text === "") leaving.resolve();
    else if (isControl("l")) view.clear();
    else if (key.type === "key" && key.name === "enter" && isComplete(editor)) {
      const line = editor.text;
      editor = sent(editor);
      session.submit(line).then((isOver) => isOver && leaving.resolve(), leaving.reject);
    } else editor = press(editor, key);
    return null;
  }

  async function read(): Promise<void> {
    const decoder = openKeyDecoder();
    const text = new TextDecoder();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const takeAll = (keys: Key[]) => {
      let hint: string | null = null;
      for (const key of keys) hint = handle(key);
      if (keys.length > 0) view.edit(editor, hint);
    };
    for await (const bytes of input) {
      clearTimeout(timer);
      takeAll(decoder.push(text.decode(bytes, { stream: true })));
      if (decoder.isWaiting) timer = setTimeout(() => takeAll(decoder.flush()), ESCAPE_MS);
    }
    clearTimeout(timer);
    leaving.resolve();
  }

  const forget = onResize(() => view.edit(editor, null));
  signal.addEventListener("abort", () => leaving.resolve());
  try {
    view.say(greeting);
    read().catch(leaving.reject);
    await leaving.promise;
    if (session.stop()) await atMost(LEAVE_LIMIT_MS, session.idle());
  } finally {
    forget();
    view.leave();
  }
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([work, new Promise((resolve) => timer = setTimeout(resolve, ms))]);
  clearTimeout(timer);
}
