/** The record of a turn: what "why" shows, and what is said beside the answer. */
import type { Usage } from "../domain/ledger.ts";
import type { Claim, TurnRecord } from "../domain/turn.ts";
import type { Call } from "./calls.ts";
import type { Choice } from "./models.ts";
import type { FittedPrompt } from "./prompt.ts";
import { loadTokenizer } from "./tokens.ts";

/** What is known of an attempt by now. */
export interface Told {
  fitted?: FittedPrompt;
  choice?: Choice;
  call?: Call;
  finishReason: string | null;
  firstTextMs: number | null;
  /** Said beside the answer, such as who answered instead. */
  readonly notices: string[];
}

/** Undefined when no model was chosen yet. */
export async function recordOf(claim: Claim, told: Told): Promise<TurnRecord | undefined> {
  const { fitted, choice, call, finishReason, firstTextMs } = told;
  if (!choice) return;
  const usage = call?.usage() ?? null;
  return {
    model: choice.ref,
    route: choice.route,
    isLocal: choice.provider.isLocal,
    omittedMessages: fitted?.omittedMessages ?? 0,
    summarised: (fitted?.summarisedMessages ?? 0) > 0,
    promptTokens: fitted?.tokens ?? 0,
    usage,
    costMicroUsd: call?.costMicroUsd() ?? null,
    finishReason,
    notices: [
      ...told.notices,
      ...fitted ? whatWasLeftOut(fitted) : [],
      ...fitted && usage ? await whatWasNotRead(fitted, usage) : [],
      ...howItEnded(finishReason),
    ],
    firstTextMs,
    totalMs: Date.now() - claim.acceptedAt,
  };
}

function whatWasLeftOut(
  { omittedMessages, summarisedMessages, omittedImages, cutFiles, prompt }: FittedPrompt,
): string[] {
  const summarised = Math.min(omittedMessages, summarisedMessages);
  const leftOut = omittedMessages - summarised;
  const images = omittedImages === 1 ? "An image was" : `${omittedImages} images were`;
  return [
    ...summarised > 0 ? [`${summarised} earlier messages were read as a summary`] : [],
    ...leftOut > 0 ? [`${leftOut} earlier messages did not fit the model's window and were left out`] : [],
    ...omittedImages > 0 ? [`${images} left out: ${prompt.model} reads text only`] : [],
    ...cutFiles.map((name) => `"${name}" did not fit the model's window: only its beginning was read`),
  ];
}

/** No tokenizer makes fewer tokens of ordinary text than one in so many bytes; a smaller count is looked at closely. */
const suspiciousBytesPerToken = 6;
const leastSuspiciousBytes = 4000;
/** Other tokenizers differ by less than this. */
const readShare = 0.6;

/** Some servers cut what is too long without a word; the count of tokens they report gives it away. */
async function whatWasNotRead({ prompt }: FittedPrompt, usage: Usage): Promise<string[]> {
  const text = [prompt.system, ...prompt.messages.map((message) => message.text), prompt.prefix].join("\n");
  const mayBeCut = usage.isReported && text.length >= leastSuspiciousBytes &&
    usage.inputTokens > 0 && usage.inputTokens * suspiciousBytesPerToken < text.length;
  if (!mayBeCut) return [];
  const tokens = (await loadTokenizer())(text);
  if (usage.inputTokens >= tokens * readShare) return [];
  return [`The model's server read only ${usage.inputTokens} of about ${tokens} tokens: the beginning is missing`];
}

function howItEnded(finishReason: string | null): string[] {
  if (finishReason === "length") return ["The answer reached the model's limit and ends early"];
  if (finishReason === "content_filter") return ["The provider's content filter ended the answer"];
  return [];
}
