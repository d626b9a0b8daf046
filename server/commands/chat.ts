/** `whisperengine chat`: a conversation in the terminal, or one question from a script. */
import { ChatError } from "../domain/error.ts";
import type { WireConversation } from "../domain/wire.ts";
import type { ChatClient } from "./chat/client.ts";
import { connect } from "./chat/connect.ts";
import { askForJson, askOnce } from "./chat/one_shot.ts";
import { chatOnLines } from "./chat/on_lines.ts";
import { chatOnScreen } from "./chat/on_screen.ts";
import { plainView } from "./chat/plain_view.ts";
import { safeLine } from "./chat/safe_text.ts";
import { screenView } from "./chat/screen_view.ts";
import { onResize, onSignals, openKeyboard, terminal, write } from "./chat/tty.ts";
import { printError, printLine } from "./print.ts";
import type { Arguments, CommandModule, Program } from "./program.ts";

export const help: CommandModule["help"] = {
  rest: "[MESSAGE]",
  text: [
    "Without a message: a conversation; /help lists what can be typed in it. With one, or with text",
    "on standard input: the answer, and nothing else, on standard output. With both, the text is added",
    "to the message. Speaks to the server that runs on the data folder, or answers by itself.",
    "",
    "Exit code: 0 answered, 1 the answer failed, 2 wrong usage, 130 stopped by Ctrl-C.",
  ].join("\n"),
  maxRest: 1000,
};
export const flags: CommandModule["flags"] = [
  { name: "conversation", value: "ID", about: "Go on with this conversation" },
  { name: "plain", about: "Never redraw: for screen readers and simple terminals" },
  { name: "json", about: "Print the whole reply as JSON; needs a message" },
  { name: "no-stream", about: "Show each answer when it is whole" },
];
export const takesSettings = true;

/** The server takes no longer message. */
const MAX_INPUT_BYTES = 1_000_000;

interface Sitting {
  readonly client: ChatClient;
  /** Where the server is; null when this process answers itself. */
  readonly url: string | null;
  readonly conversation: string | null;
  readonly model: string | null;
  readonly streams: boolean;
  readonly isPlain: boolean;
  readonly hasStyles: boolean;
}

export async function run(program: Program, args: Arguments): Promise<number> {
  const message = await readMessage(args.rest.join(" "));
  const asJson = args.flags.json !== undefined;
  if (message === "" || (message === null && asJson)) {
    printError("Cannot ask: the message is empty; give it as an argument or on standard input");
    return 2;
  }
  const configuration = await args.configure();
  const { env } = configuration.facts;
  const connection = await connect(program, configuration, printError);
  const isScreen = Deno.stdout.isTerminal() && env.TERM !== "dumb";
  const sitting: Sitting = {
    ...connection,
    conversation: textOf(args.flags.conversation),
    model: textOf(args.flags.model),
    streams: args.flags["no-stream"] === undefined,
    isPlain: args.flags.plain !== undefined || !isScreen,
    hasStyles: isScreen && (env.NO_COLOR ?? "") === "",
  };
  try {
    if (message !== null) return await askOneQuestion(sitting, message, asJson);
    await converse(sitting);
    return 0;
  } finally {
    await connection.close();
  }
}

/** Null: there is a person at the keyboard, and nothing was asked yet. */
async function readMessage(words: string): Promise<string | null> {
  if (Deno.stdin.isTerminal()) return words === "" ? null : words;
  const decoder = new TextDecoder();
  let piped = "";
  let bytes = 0;
  for await (const chunk of Deno.stdin.readable) {
    bytes += chunk.length;
    if (bytes > MAX_INPUT_BYTES) {
      throw new ChatError(
        "too_large",
        `Cannot read the message: standard input holds more than ${MAX_INPUT_BYTES} bytes`,
      );
    }
    piped += decoder.decode(chunk, { stream: true });
  }
  return [words, piped.trimEnd()].filter((part) => part.trim() !== "").join("\n\n");
}

async function askOneQuestion(sitting: Sitting, message: string, asJson: boolean): Promise<number> {
  const { client, conversation, model, streams, isPlain, hasStyles } = sitting;
  const ending = new AbortController();
  const forget = onSignals(["SIGINT", "SIGTERM", "SIGHUP"], () => {
    if (ending.signal.aborted) Deno.exit(130);
    ending.abort();
  });
  const asked = {
    client,
    question: { message, conversation, model, allowOutside: false },
    signal: ending.signal,
  };
  try {
    if (asJson) return await askForJson(asked, printLine);
    if (isPlain) {
      const isTerminal = Deno.stdout.isTerminal();
      const writeNote = (text: string) => printError(text.trimEnd());
      return await askOnce(asked, { view: plainView({ write, writeNote, isTerminal, isWatched: false }), streams });
    }
    const view = screenView(terminal, { editor: null, hasStyles });
    const code = await askOnce(asked, { view, streams });
    view.leave();
    return code;
  } finally {
    forget();
  }
}

async function converse(asked: Sitting): Promise<void> {
  const { client, url, conversation, isPlain } = asked;
  const goingOn = conversation === null ? null : await client.conversation(conversation);
  const sitting = { ...asked, model: asked.model ?? goingOn?.model ?? null };
  const greeting = greet(url, goingOn);
  const ending = new AbortController();
  const forget = onSignals(["SIGTERM", "SIGHUP"], () => ending.abort());
  try {
    if (isPlain) {
      const onInterrupt = (interrupted: () => void) => onSignals(["SIGINT"], interrupted);
      await chatOnLines({
        ...sitting,
        greeting,
        write,
        input: Deno.stdin.readable,
        onInterrupt,
        signal: ending.signal,
      });
      return;
    }
    const history = conversation === null ? [] : await sentBefore(client, conversation);
    const keyboard = openKeyboard();
    try {
      const { input } = keyboard;
      await chatOnScreen({ ...sitting, greeting, history, terminal, input, onResize, signal: ending.signal });
    } finally {
      await keyboard.close();
    }
  } finally {
    forget();
  }
}

function greet(url: string | null, goingOn: WireConversation | null): string {
  const where = url === null
    ? "No server is running here, so this terminal answers by itself."
    : `Connected to ${url}.`;
  const about = goingOn === null || goingOn.title === null ? [] : [`Going on with "${safeLine(goingOn.title)}".`];
  return [where, ...about, "/help shows what can be typed."].join("\n");
}

/** What the person has said in this conversation, for the arrow keys. */
async function sentBefore(client: ChatClient, conversation: string): Promise<string[]> {
  return (await client.lastMessages(conversation)).filter(({ role }) => role === "user").map(({ text }) => text);
}

function textOf(flag: string | true | undefined): string | null {
  return typeof flag === "string" ? flag : null;
}
