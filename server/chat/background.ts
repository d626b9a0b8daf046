/** Titles and summaries: turns of their own, counted like any other, which never take a conversation further than it has gone. */
import { ChatError, isChatError } from "../domain/error.ts";
import { type Prompt, ProviderError } from "../domain/model.ts";
import type { Store } from "../domain/store.ts";
import type { Claim } from "../domain/turn.ts";
import type { AnswerOptions } from "./answer.ts";
import { openCalls } from "./calls.ts";
import { holdLease } from "./lease.ts";
import type { Choice } from "./models.ts";
import { backwards, margin, windowOf } from "./prompt.ts";
import { loadTokenizer, tokenBound } from "./tokens.ts";

const titlePrompt =
  "Write a title for this conversation: at most six words, in its own language, no quotation marks, no full stop. Answer with the title alone.";
const summaryPrompt =
  "Summarise this conversation for someone who must carry it on: facts, names, numbers, decisions, open questions and what the person wants. Answer with the summary alone, in the conversation's own language, in at most 300 words.";
/** Room for models that think first. */
const maxOutputTokens = { title: 400, summary: 1500 };
const maxTitleLength = 80;
/** Of one message in a title's or summary's prompt, in UTF-16 units; what is longer is cut in the middle. */
const maxMessageLength = { title: 1500, summary: 6000 };
/** In tokens: more than this is not read for one summary. */
const maxSummaryInput = 24_000;
/** For the instructions and what stands around the text. */
const instructionTokens = 100;

/** Resolves when the turn has ended or was let go. */
export async function work(claim: Claim, options: AnswerOptions, shutdown: AbortSignal): Promise<void> {
  if (claim.kind === "answer") throw new Error("an answer is no background work");
  const { store, policy, models } = options;
  const lease = holdLease(claim, options, shutdown);
  const calls = openCalls(store.ledger, claim, claim.kind);
  const { kind } = claim;

  /** The conversation's own model: a guide makes no title, its first words are one. */
  async function make(): Promise<string> {
    // What has gone nowhere yet, because the guide answered, stays here too.
    const choice = await models.chooseBackground(claim.model, claim.reach ?? "local", lease.upstream);
    if (choice.provider.host === null) return kind === "title" ? firstWords(claim.question.text) : "";
    const text = await complete(choice, await promptFor(claim, choice, store));
    return kind === "title" ? tidyTitle(text) || firstWords(claim.question.text) : text.trim();
  }

  async function complete(choice: Choice, prompt: Prompt): Promise<string> {
    const tokens = tokenBound(prompt.system + prompt.messages.map(({ text }) => text).join(""));
    const call = await calls.reserve(choice, prompt, tokens);
    let text = "";
    for await (const event of call.events(lease.upstream)) if (event.type === "text") text += event.text;
    return text;
  }

  async function makeAndKeep() {
    const text = await make();
    if (lease.cause()) {
      const reason = "The program was stopped";
      const settlements = calls.settlements();
      await store.turns.release(claim, { reason, errorCode: "interrupted", settlements }, policy);
    } else {
      await store.turns.finish(claim, { state: text ? "done" : "failed", text }, calls.settlements(), policy);
    }
  }

  async function endAfter(error: unknown) {
    if (isChatError(error, "lease_lost") || isChatError(error, "unavailable")) throw error;
    const settlements = calls.settlements();
    if (error instanceof ProviderError || error instanceof ChatError) {
      // Nobody waits for it: a title is made of the first words, a summary is asked for again when room runs out.
      const text = kind === "title" ? firstWords(claim.question.text) : "";
      const ending = { state: text ? "done" as const : "failed" as const, text, notice: error.message };
      return await store.turns.finish(claim, ending, settlements, policy);
    }
    const reason = "An internal error; the log has it";
    await store.turns.release(claim, { reason, errorCode: "internal", settlements }, policy);
    throw error;
  }

  try {
    await makeAndKeep().catch((error) => {
      lease.cut("failed");
      return endAfter(error);
    });
  } catch (error) {
    if (!isChatError(error, "lease_lost")) throw error;
    // The turn is another's by now; what it has cost is a fact all the same.
    await store.turns.settle(claim, calls.settlements());
  } finally {
    lease.end();
    options.hints.tell(claim.turn);
  }
}

async function promptFor(claim: Claim, choice: Choice, store: Store): Promise<Prompt> {
  const kind = claim.kind === "title" ? "title" : "summary";
  const context = windowOf(choice.info, choice.provider.isLocal);
  const max = Math.min(maxOutputTokens[kind], Math.floor(context / 4));
  const room = Math.floor((context - max) * margin) - instructionTokens;
  return {
    model: choice.model,
    system: kind === "title" ? titlePrompt : summaryPrompt,
    messages: [{
      role: "user",
      text: kind === "title" ? await toTitle(claim, store) : await toSummarise(claim, store, room),
      images: [],
    }],
    prefix: "",
    maxOutputTokens: max,
    contextTokens: choice.info?.contextTokens ?? null,
  };
}

async function toTitle(claim: Claim, store: Store): Promise<string> {
  const answer = await answerText(claim, store);
  const said = [
    `Person: ${shorten(claim.question.text, "title")}`,
    ...answer ? [`Assistant: ${shorten(answer, "title")}`] : [],
  ];
  return said.join("\n\n");
}

/** The first answer to the claim's question. */
async function answerText({ conversation, question }: Claim, store: Store): Promise<string> {
  const [answer] = await store.conversations.path(conversation, question.number + 1, 1);
  return answer?.role === "assistant" ? answer.text : "";
}

/** From the last summary on, through the message that the turn's variant names; the oldest goes where `room` tokens are too few. */
async function toSummarise(claim: Claim, store: Store, room: number): Promise<string> {
  const { conversation, question, through } = claim;
  const earlier = await store.conversations.summary(conversation, through);
  const before = earlier ? `What was said before, as a summary:\n${earlier.text}\n\n` : "";
  const encode = await loadTokenizer();
  const said: string[] = [];
  let tokens = encode(before);
  for await (const message of backwards(store.conversations, conversation, question.number)) {
    if (message.number > through) continue;
    if (earlier && message.number <= earlier.throughNumber) break;
    const line = `${message.role === "user" ? "Person" : "Assistant"}: ${shorten(message.text, "summary")}`;
    tokens += encode(line) + 2;
    if (tokens > Math.min(room, maxSummaryInput) && said.length > 0) break;
    said.push(line);
  }
  return before + said.toReversed().join("\n\n");
}

function shorten(text: string, kind: "title" | "summary"): string {
  const max = maxMessageLength[kind];
  return text.length <= max ? text : `${text.slice(0, max / 2)} … ${text.slice(-max / 2)}`;
}

/** One line without quotes, at most `maxTitleLength` units, cut at a word. */
export function tidyTitle(text: string): string {
  const line = text.trim().split("\n")[0]!.replace(/^(title|titel)\s*:\s*/i, "").replace(
    /^["'“”„«*#\s]+|["'“”»*.\s]+$/g,
    "",
  );
  return firstWords(line);
}

/** The beginning of a text as a title. */
export function firstWords(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  if (line.length <= maxTitleLength) return line;
  const cut = line.slice(0, maxTitleLength);
  const end = cut.lastIndexOf(" ") > maxTitleLength / 2 ? cut.lastIndexOf(" ") : maxTitleLength;
  return `${[...cut.slice(0, end)].join("").replace(/[\ud800-\udbff]$/, "")}…`;
}
