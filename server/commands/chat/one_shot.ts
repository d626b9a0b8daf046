/** Asks one question and prints the answer: to a person, a file or a program. */
import type { WireReply, WireStreamError } from "../../domain/wire.ts";
import type { AnswerEvent, ChatClient, Question } from "./client.ts";
import { describeFailure } from "./describe.ts";
import { safeLine } from "./safe_text.ts";
import type { View } from "./session.ts";

export interface OneShot {
  readonly client: ChatClient;
  readonly question: Question;
  /** Aborts when the person has had enough: the answer is stopped. */
  readonly signal: AbortSignal;
}

/** Resolves with the exit code: 0 answered, 1 failed, 130 stopped by the person. */
export async function askOnce(asked: OneShot, { view, streams }: { view: View; streams: boolean }): Promise<number> {
  let whole = "";
  let footer: string | null = null;
  view.begin();
  const code = await follow(asked, (event) => {
    if (event.type === "reasoning") view.reasoning(event.text);
    else if (event.type === "text" && streams) view.text(event.text);
    else if (event.type === "text") whole += event.text;
    else if (event.type === "done") footer = event.reply.notices.map(safeLine).join("\n");
    else if (event.type === "failed") footer = describeFailure(event.error);
  });
  if (whole !== "") view.text(whole);
  view.end(footer);
  return code;
}

/** The same, with the whole reply or the error as one line of JSON. */
export async function askForJson(asked: OneShot, print: (line: string) => void): Promise<number> {
  return await follow(asked, (event) => {
    if (event.type === "done") print(json(event.reply));
    else if (event.type === "failed") print(json({ error: event.error }));
  });
}

async function follow({ client, question, signal }: OneShot, take: (event: AnswerEvent) => void): Promise<number> {
  const away = new AbortController();
  let turn: string | undefined;
  let code = 1;
  // A stop that does not arrive must not keep the person: they leave at once, and the answer goes on without them.
  const stop = () => {
    if (turn === undefined) away.abort();
    else client.stop(turn).catch(() => away.abort());
  };
  signal.addEventListener("abort", stop);
  for await (const event of client.ask(question, away.signal)) {
    if (event.type === "turn") turn = event.turn.turn_id;
    if (event.type === "done") code = 0;
    take(event);
  }
  signal.removeEventListener("abort", stop);
  return signal.aborted ? 130 : code;
}

function json(value: WireReply | { error: WireStreamError }): string {
  // JSON leaves the controls above 0x7e as they are; a terminal would obey them.
  return JSON.stringify(value).replace(/[\x7f-\x9f]/g, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`);
}
