/** Titles and summaries: turns of their own, counted like any other, which never take a conversation further than it has gone. */
import { ChatError, isChatError } from "../domain/error.ts";
import { type Prompt, ProviderError } from "../domain/model.ts";
import type { Claim } from "../domain/turn.ts";
import type { AnswerOptions } from "./answer.ts";
import { openCalls } from "./calls.ts";
import { holdLease } from "./lease.ts";
import type { Choice } from "./models.ts";
import { backwards } from "./prompt.ts";

const titlePrompt =
  "Write a title for this conversation: at most six words, in its own language, no quotation marks, no full stop. Answer with the title alone.";
const summaryPrompt =
  "Summarise this conversation for someone who must carry it on: facts, names, numbers, decisions, open questions and what the person wants. Answer with the summary alone, in the conversation's own language, in at most 300 words.";
/** Room for models that think first. */
const maxOutputTokens = { title: 400, summary: 1500 };
const maxTitleLength = 80;
/** Of one message in a title's or summary's prompt, in UTF-16 units; what is longer is cut in the middle. */
const maxMessageLength = { title: 1500, summary: 6000 };
const maxSummaryLength = 24_000;

/** Resolves when the turn has ended or was let go. */
export async function work(claim: Claim, options: AnswerOptions, shutdown: AbortSignal): Promise<void> {
  if (claim.kind === "answer") throw new Error("an answer is no background work");
  const { store, policy, models } = options;
  const lease = holdLease(claim, options, shutdown);
  const calls = openCalls(store.ledger, claim, claim.kind);
  const { kind } = claim;

  /** The conversation's own model: a guide makes no title, its first words are one. */
  async function make(): Promise<string> {
    const choice = await models.chooseBackground(claim.model, claim.reach, lease.upstream);
    if (choice.provider.host === null) return kind === "title" ? firstWords(claim.question.text) : "";
    const prompt = { ...await promptFor(claim, options), model: choice.model };
    const text = await complete(choice, prompt);
    return kind === "title" ? tidyTitle(text) || firstWords(claim.question.text) : text.trim();
  }

  async function complete(choice: Choice, prompt: Prompt): Promise<string> {
    const length = prompt.system.length + prompt.messages.reduce((sum, { text }) => sum + text.length, 0);
    const call = await calls.reserve(choice, prompt, length);
    let text = "";
    for await (const event of call.events(lease.upstream)) if (event.type === "text") text += event.text;
    return text;
  }

  try {
    const text = await make();
    if (lease.cause() === "lease_lost") return await store.turns.settle(claim, calls.settlements());
    if (lease.cause()) {
      const reason = "The program was stopped";
      const settlements = calls.settlements();
      return void await store.turns.release(claim, { reason, errorCode: "interrupted", settlements }, policy);
    }
    if (!text) return await store.turns.finish(claim, { state: "failed", text }, calls.settlements(), policy);
    await store.turns.finish(claim, { state: "done", text }, calls.settlements(), policy);
  } catch (error) {
    lease.cut("failed");
    if (isChatError(error, "lease_lost")) return await store.turns.settle(claim, calls.settlements());
    if (isChatError(error, "unavailable")) throw error;
    const settlements = calls.settlements();
    if (error instanceof ProviderError || error instanceof ChatError) {
      // Nobody waits for it: a title is made of the first words, a summary is asked for again when room runs out.
      const text = kind === "title" ? firstWords(claim.question.text) : "";
      return await store.turns.finish(
        claim,
        { state: text ? "done" : "failed", text, notice: error.message },
        settlements,
        policy,
      );
    }
    const reason = "An internal error; the log has it";
    await store.turns.release(claim, { reason, errorCode: "internal", settlements }, policy);
    throw error;
  } finally {
    lease.end();
    options.hints.tell(claim.turn);
  }
}

async function promptFor(claim: Claim, { store }: AnswerOptions): Promise<Omit<Prompt, "model">> {
  return claim.kind === "title" ? await titleOf(claim, store) : await summaryOf(claim, store);
}

type Conversations = AnswerOptions["store"];

async function titleOf(claim: Claim, store: Conversations): Promise<Omit<Prompt, "model">> {
  const answer = await answerText(claim, store);
  const said = [
    `Person: ${shorten(claim.question.text, "title")}`,
    ...answer ? [`Assistant: ${shorten(answer, "title")}`] : [],
  ];
  return promptOf("title", titlePrompt, said.join("\n\n"));
}

/** The first answer to the claim's question. */
async function answerText({ conversation, question }: Claim, store: Conversations): Promise<string> {
  const [answer] = await store.conversations.path(conversation, question.number + 1, 1);
  return answer?.role === "assistant" ? answer.text : "";
}

/** From the last summary on, through the message that the turn's variant names. */
async function summaryOf(claim: Claim, store: Conversations): Promise<Omit<Prompt, "model">> {
  const { conversation, question, through } = claim;
  const earlier = await store.conversations.summary(conversation, through);
  const said: string[] = [];
  let length = 0;
  for await (const message of backwards(store.conversations, conversation, question.number)) {
    if (message.number > through) continue;
    if (earlier && message.number <= earlier.throughNumber || length > maxSummaryLength) break;
    const line = `${message.role === "user" ? "Person" : "Assistant"}: ${shorten(message.text, "summary")}`;
    said.push(line);
    length += line.length;
  }
  const before = earlier ? `What was said before, as a summary:\n${earlier.text}\n\n` : "";
  return promptOf("summary", summaryPrompt, before + said.toReversed().join("\n\n"));
}

function promptOf(kind: "title" | "summary", system: string, text: string): Omit<Prompt, "model"> {
  return {
    system,
    messages: [{ role: "user", text, images: [] }],
    prefix: "",
    maxOutputTokens: maxOutputTokens[kind],
    contextTokens: null,
  };
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
