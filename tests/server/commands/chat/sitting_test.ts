/** Sitting at the terminal: what a person types, and what they see. The whole program is behind it. */
import assert from "node:assert/strict";
import { type ChatClient, openChatClient } from "../../../../server/commands/chat/client.ts";
import { chatOnLines } from "../../../../server/commands/chat/on_lines.ts";
import { chatOnScreen } from "../../../../server/commands/chat/on_screen.ts";
import { openProgramHere, type ProgramHere } from "./program_here.ts";
import { terminalPicture } from "./terminal_picture.ts";

const enter = "\r", ctrlC = "\x03", up = "\x1b[A";

Deno.test("a question is typed, answered, and its use told", async () => {
  await using program = await openProgramHere("echo");
  await using seat = await sitDown(program);
  seat.type("what is **bold**?");
  await seat.sees(/^› what is \*\*bold\*\*\?$/m);
  seat.type(enter);
  await seat.sees(/what is bold\?\ncustom\/echo · \d+ tokens in, \d+ out · .*\n\n›$/);
  seat.type(`/usage${enter}`);
  await seat.sees(/custom\/echo: 1 answer, \d+ tokens in/);
  seat.type(`/quit${enter}`);
  await seat.left;
  assert.doesNotMatch(seat.picture(), /› *$/);
});

Deno.test("messages go to one conversation, until /new begins another", async () => {
  await using program = await openProgramHere("echo");
  await using seat = await sitDown(program);
  for (const line of ["one", "two", "/new", "three"]) {
    seat.type(line + enter);
    await seat.sees(line === "/new" ? /A new conversation begins/ : new RegExp(`› ${line}\\n\\n${line}\\ncustom`));
  }
  const questions = program.modelServer.requests.map(({ body }) => JSON.stringify(body) ?? "");
  const last = (word: string) => questions.find((text) => text.includes(`"content":"${word}"}]`)) ?? "";
  assert.match(last("two"), /"content":"one"/);
  assert.doesNotMatch(last("three"), /"content":"one"/);
});

Deno.test("Ctrl-C stops the answer and keeps what was said; twice it leaves", async () => {
  await using program = await openProgramHere("sim-tps50-n500");
  await using seat = await sitDown(program);
  seat.type(`go on${enter}`);
  await seat.sees(/› go on\n\n.*\w/s);
  await seat.sees(/alpha|beta|gamma|epsilon/);
  seat.type(ctrlC);
  await seat.sees(/stopped · custom\/sim-tps50-n500/);
  assert.match(seat.picture(), /alpha|beta|gamma|epsilon/);
  seat.type(`x${ctrlC}`);
  await seat.sees(/Ctrl-C again leaves/);
  seat.type(ctrlC);
  await seat.left;
});

Deno.test("what is typed while an answer is made waits for its turn; /stop ends both", async () => {
  await using program = await openProgramHere("sim-tps50-n500");
  await using seat = await sitDown(program);
  seat.type(`first${enter}`);
  await seat.sees(/alpha|beta|gamma|epsilon/);
  seat.type(`second${enter}`);
  seat.type(`/stop${enter}`);
  await seat.sees(/Not sent: one message that waited\.[^]*stopped/);
  assert.doesNotMatch(seat.picture(), /› second/);
});

Deno.test("a message of several lines is one message, and comes back with the arrow key", async () => {
  await using program = await openProgramHere("echo");
  await using seat = await sitDown(program);
  seat.type(`one\\${enter}two\x1b\rthree`);
  await seat.sees(/^› one\n {2}two\n {2}three$/m);
  seat.type(enter);
  await seat.sees(/custom\/echo/);
  seat.type(up);
  await seat.sees(/custom\/echo.*\n\n› one\n {2}two\n {2}three$/);
});

Deno.test("another model is chosen by a part of its name, and a wrong name is answered with the right one", async () => {
  await using program = await openProgramHere("echo");
  await using seat = await sitDown(program);
  seat.type(`/model${enter}`);
  await seat.sees(/\* custom\/echo\n {2}custom\/sim-n7/);
  seat.type(`/model n7${enter}`);
  await seat.sees(/custom\/sim-n7 answers from now on/);
  seat.type(`hello${enter}`);
  await seat.sees(/custom\/sim-n7 · /);
  seat.type(`/model custom\/ecko${enter}`);
  await seat.sees(/did you mean "custom\/echo"/);
  seat.type(`/modle${enter}`);
  await seat.sees(/did you mean "\/model"/);
});

Deno.test("a failed answer is told in words, and the next one may succeed", async () => {
  await using program = await openProgramHere("sim-fail401");
  await using seat = await sitDown(program);
  seat.type(`hello${enter}`);
  await seat.sees(/key/i);
  seat.type(`/model n7${enter}hello again${enter}`);
  await seat.sees(/custom\/sim-n7 · /);
});

Deno.test("an answer that would steer the terminal is shown as words", async () => {
  await using program = await openProgramHere("echo");
  const client = clientOf(program);
  // The model's words come torn in the middle of what they are to do.
  const hostile: ChatClient = {
    ...client,
    async *ask(question, signal) {
      for await (const event of client.ask(question, signal)) {
        if (event.type !== "text") yield event;
        else {for (const text of ["clear\x1b[", "2Jed \x1b]0;ti", "tle\x07**bold**\x9b31m"]) {
            yield { type: "text", text };
          }}
      }
    },
  };
  await using seat = await sitDown(program, hostile);
  seat.type(`hello${enter}`);
  await seat.sees(/› hello\n\ncleared bold\ncustom/);
  assert.match(await sitInLines(program, ["clear\x1b[2Jed\x1b]0;title\x07\n"]), /> cleared\n/);
});

Deno.test("in lines nothing is redrawn: every character is written once, in order", async () => {
  await using program = await openProgramHere("echo");
  const lines = await sitInLines(program, ["first\n", "two \\\nlines\n", "/usage\n"]);
  assert.match(lines, /^Hello\n> first\n\(custom\/echo · .*\)\n\n/);
  assert.match(lines, /two \nlines\n\(custom\/echo · .*\)\n\n/);
  assert.match(lines, /custom\/echo: 2 answers/);
  assert.doesNotMatch(lines, /[^\P{Cc}\n\t]/u);
});

interface Seat {
  type(keys: string): void;
  picture(): string;
  /** Waits until the picture is like this, for at most ten seconds. */
  sees(pattern: RegExp): Promise<void>;
  /** Resolves when the person has left. */
  readonly left: Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function sitDown(program: ProgramHere, client = clientOf(program)): Promise<Seat> {
  const size = { columns: 80, rows: 24 };
  const picture = terminalPicture(size);
  const keys = new TransformStream<Uint8Array, Uint8Array>();
  const keyboard = keys.writable.getWriter();
  let changed = Promise.withResolvers<void>();
  const left = chatOnScreen({
    ...{ client, conversation: null, model: null, streams: true, history: [], greeting: "Hello", hasStyles: true },
    input: keys.readable,
    signal: new AbortController().signal,
    onResize: () => () => {},
    terminal: {
      size: () => size,
      write(text) {
        picture.write(text);
        changed.resolve();
      },
    },
  });
  const text = () => picture.lines().join("\n");
  return {
    left,
    picture: text,
    type: (typed) => void keyboard.write(new TextEncoder().encode(typed)),
    async sees(pattern) {
      const end = performance.now() + 10_000;
      while (!pattern.test(text())) {
        changed = Promise.withResolvers<void>();
        const late = setTimeout(() => changed.resolve(), 10_000);
        await changed.promise;
        clearTimeout(late);
        assert.ok(performance.now() < end, `never saw ${pattern} in:\n${text()}`);
      }
    },
    async [Symbol.asyncDispose]() {
      await keyboard.close();
      await left;
    },
  };
}

/** What was written while these lines were typed, one after the answer to the other. */
async function sitInLines(program: ProgramHere, typed: readonly string[]): Promise<string> {
  let written = "";
  async function* input(): AsyncGenerator<Uint8Array> {
    for (const line of typed) yield new TextEncoder().encode(line);
  }
  await chatOnLines({
    ...{ client: clientOf(program), conversation: null, model: null, streams: true, greeting: "Hello" },
    input: input(),
    signal: new AbortController().signal,
    onInterrupt: () => () => {},
    write: (text) => void (written += text),
  });
  return written;
}

function clientOf({ running }: ProgramHere): ChatClient {
  return openChatClient({ url: "http://localhost", key: null, send: (request) => running.fetch(request) });
}
