/** One sitting at the terminal: which conversation, which model, what was used, and what each typed line means. */
import { suggestion } from "../../config/did_you_mean.ts";
import { ChatError } from "../../domain/error.ts";
import type { WireReply, WireStreamError } from "../../domain/wire.ts";
import type { ChatClient } from "./client.ts";
import { describeCost, describeFailure, describeReply, describeTokens } from "./describe.ts";
import { safeLine } from "./safe_text.ts";

/** Where a sitting shows itself. Everything it is given is safe for a terminal, but for `text` and `reasoning`. */
export interface View {
  /** A line or several beside the conversation. */
  say(lines: string): void;
  /** A line is being dealt with that was typed before. */
  heard(line: string): void;
  begin(): void;
  text(piece: string): void;
  reasoning(piece: string): void;
  /** The answer has ended; null: there is nothing to say about it. */
  end(footer: string | null): void;
}

export interface Session {
  /**
   * Takes a typed line: a command or a message; one after the other, but for /stop and /quit. Resolves when it is dealt
   * with; true: the person wants to leave.
   */
  submit(line: string): Promise<boolean>;
  /** Stops the answer that is being made and forgets the lines that wait; false when there is none. */
  stop(): boolean;
  /** Resolves when nothing is being dealt with. */
  idle(): Promise<void>;
}

export interface SessionOptions {
  readonly client: ChatClient;
  readonly view: View;
  readonly conversation: string | null;
  readonly model: string | null;
  /** False: each answer is shown at once when it is whole. */
  readonly streams: boolean;
}

export const COMMANDS: Readonly<Record<string, string>> = {
  "/new": "begin another conversation",
  "/model": "list the models, or choose one: /model NAME",
  "/stop": "stop the answer",
  "/usage": "what this sitting has used",
  "/help": "show this",
  "/quit": "leave; so do Ctrl-D, and Ctrl-C twice",
};

interface Answering {
  readonly abort: AbortController;
  /** Undefined until the server has named it. */
  turn: string | undefined;
  isStopping: boolean;
  stopTimer: ReturnType<typeof setTimeout> | undefined;
}

/** So long the server may take to confirm that an answer was stopped. */
const STOP_LIMIT_MS = 5000;

export function openSession({ client, view, streams, ...start }: SessionOptions): Session {
  let { conversation, model } = start;
  let answering: Answering | undefined;
  let last = Promise.resolve();
  let waiting = 0;
  /** How often was stopped: what was typed before does not begin after. */
  let stops = 0;
  /** The message that waits for the person's yes to leave this machine. */
  let unconsented: string | undefined;
  const used = new Map<string, { answers: number; input: number; output: number; costUsd: number | null }>();

  async function submit(line: string): Promise<boolean> {
    const text = line.trim();
    if (text === "/quit" || text === "/exit") return true;
    if (text === "/stop") {
      if (!stop()) view.say("No answer is being made.");
    } else if (text !== "") {
      const since = stops;
      waiting++;
      await (last = last.then(async () => {
        waiting--;
        if (since === stops) await take(text);
      }));
    }
    return false;
  }

  async function take(text: string): Promise<void> {
    view.heard(text);
    const asked = unconsented;
    unconsented = undefined;
    if (asked !== undefined && /^y(es)?$/i.test(text)) await answer(asked, true);
    else if (text.startsWith("/") && !text.startsWith("//")) await command(text);
    else await answer(text.startsWith("//") ? text.slice(1) : text, false);
  }

  async function command(text: string): Promise<void> {
    const [, name = "", rest = ""] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    switch (name) {
      case "/new":
        conversation = null;
        return view.say("A new conversation begins with your next message.");
      case "/model":
        return await chooseModel(rest);
      case "/usage":
        return view.say(describeUsage());
      case "/help":
        return view.say(helpText());
    }
    const meant = suggestion(name, Object.keys(COMMANDS));
    view.say(
      `Cannot do "${name}": there is no such command${meant}. To send a message that begins with "/", type "//".`,
    );
  }

  async function answer(message: string, allowOutside: boolean): Promise<void> {
    const abort = new AbortController();
    const current: Answering = { abort, turn: undefined, isStopping: false, stopTimer: undefined };
    answering = current;
    let whole = "";
    let footer: string | null = null;
    view.begin();
    try {
      for await (const event of client.ask({ message, conversation, model, allowOutside }, abort.signal)) {
        switch (event.type) {
          case "turn":
            conversation = event.turn.conversation_id;
            current.turn = event.turn.turn_id;
            if (current.isStopping) askToStop(current);
            break;
          case "reasoning":
            view.reasoning(event.text);
            break;
          case "text":
            if (streams) view.text(event.text);
            else whole += event.text;
            break;
          case "done":
            count(event.reply);
            footer = describeReply(event.reply);
            break;
          case "failed":
            if (event.error.code === "consent_required") unconsented = message;
            footer = `${describeFailure(event.error)}${adviceFor(event.error)}`;
        }
      }
    } finally {
      if (whole !== "") view.text(whole);
      if (current.isStopping && footer === null) footer = "Stopped.";
      clearTimeout(current.stopTimer);
      answering = undefined;
      view.end(footer);
    }
  }

  function stop(): boolean {
    if (answering === undefined) return false;
    stops++;
    if (waiting > 0) view.say(`Not sent: ${waiting === 1 ? "one message" : `${waiting} messages`} that waited.`);
    if (!answering.isStopping) askToStop(answering);
    return true;
  }

  /** The stream itself says when it has stopped; should nothing come, we look away. A turn not known yet waits for its name. */
  function askToStop(current: Answering): void {
    current.isStopping = true;
    current.stopTimer ??= setTimeout(() => current.abort.abort(), STOP_LIMIT_MS);
    if (current.turn === undefined) return;
    client.stop(current.turn).catch((error) => {
      view.say(error instanceof Error ? safeLine(error.message) : String(error));
      current.abort.abort();
    });
  }

  async function chooseModel(name: string): Promise<void> {
    try {
      const { models, default: first } = await client.models();
      const ids = models.map(({ id }) => id);
      if (name === "") return view.say(listModels(ids, model ?? first));
      const fitting = ids.includes(name) ? [name] : ids.filter((id) => id.toLowerCase().includes(name.toLowerCase()));
      if (fitting.length === 1 && fitting[0] !== undefined) {
        model = fitting[0];
        view.say(`${safeLine(model)} answers from now on.`);
      } else if (fitting.length > 1) view.say(`"${name}" fits several models:\n${listModels(fitting, model)}`);
      else view.say(`Cannot use "${name}": there is no such model${suggestion(name, ids)}`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      view.say(
        error instanceof ChatError ? safeLine(error.message) : "Cannot ask for the models: the server does not answer",
      );
    }
  }

  function count({ model, usage }: WireReply): void {
    const name = model ?? "guide";
    const before = used.get(name) ?? { answers: 0, input: 0, output: 0, costUsd: 0 };
    used.set(name, {
      answers: before.answers + 1,
      input: before.input + usage.input_tokens,
      output: before.output + usage.output_tokens,
      costUsd: before.costUsd === null || usage.cost_usd === null ? null : before.costUsd + usage.cost_usd,
    });
  }

  function describeUsage(): string {
    if (used.size === 0) return "No answer yet in this sitting.";
    return [...used].map(([name, { answers, input, output, costUsd }]) =>
      `${safeLine(name)}: ${answers} ${answers === 1 ? "answer" : "answers"}, ${describeTokens(input, output)}, ${
        describeCost(costUsd)
      }`
    ).join("\n");
  }

  return {
    submit,
    stop,
    idle: () => last,
  };
}

function adviceFor({ code, retryable }: WireStreamError): string {
  if (code === "consent_required") return ' Type "yes" to allow it for this conversation.';
  return retryable ? " It may work if you send it again." : "";
}

function listModels(ids: readonly string[], chosen: string | null): string {
  return ids.map((id) => `${id === chosen ? "* " : "  "}${safeLine(id)}`).join("\n");
}

function helpText(): string {
  const rows = Object.entries(COMMANDS).map(([name, about]) => `${name.padEnd(8)} ${about}`);
  return [
    ...rows,
    "",
    "A backslash at the end of a line, or Alt-Enter, begins another line of the same message.",
    "The arrow keys bring back what you sent before. Ctrl-C stops the answer.",
  ].join("\n");
}
