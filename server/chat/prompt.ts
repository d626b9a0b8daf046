/** Fits a conversation into a model's window: the question, then what led to it from the newest back, then a summary. */
import { ChatError } from "../domain/error.ts";
import type { ConversationStore } from "../domain/conversation.ts";
import type { Attachment, PathMessage, Summary } from "../domain/message.ts";
import type { ModelInfo, Prompt, PromptMessage } from "../domain/model.ts";
import { fileTokens, withFiles } from "./file_text.ts";
import { loadTokenizer, tokenBound } from "./tokens.ts";

export interface PromptOptions {
  readonly conversations: Pick<ConversationStore, "path" | "summary" | "countBefore">;
  readonly conversation: string;
  /** The message to answer. */
  readonly question: number;
  readonly system: string;
  readonly model: string;
  readonly info: ModelInfo | null;
  readonly isLocal: boolean;
  readonly prefix: string;
  /** Of the window; below 1 after a provider has found the prompt too long all the same. */
  readonly share: number;
}

export interface FittedPrompt {
  readonly prompt: Prompt;
  /** At most so many; counted exactly where the window is nearly full. */
  readonly tokens: number;
  /** Messages of the path that are not in word for word, and how many of these a summary stands for. */
  readonly omittedMessages: number;
  readonly summarisedMessages: number;
  /** Up to which message a summary should reach soon; null while there is room. */
  readonly summariseThrough: number | null;
  /** Images that the model cannot see. */
  readonly omittedImages: number;
  /** Names of files of which only a part, or nothing, is in. */
  readonly cutFiles: readonly string[];
}

/** What a window is taken to hold when its provider does not say. */
const unknownContext = { local: 8192, outside: 32_768 };
const maxAnswerTokens = 8192;
/** Tokens of roles and separators around one message, and of one image. */
const messageTokens = 8;
const imageTokens = 1200;
/** Room for tokenizers other than the one that counts here. */
export const margin = 0.9;
const pageSize = 100;
/** A summary is made ahead, so that nothing falls out without one. */
const summariseAt = 0.7;

/** Throws "too_large" when the question alone does not fit. */
export async function fitPrompt(options: PromptOptions): Promise<FittedPrompt> {
  const { conversations, conversation, question, model, info, prefix } = options;
  const context = windowOf(info, options.isLocal);
  const maxOutputTokens = Math.min(info?.maxOutputTokens ?? maxAnswerTokens, maxAnswerTokens, Math.floor(context / 4));
  const room = Math.floor((context - maxOutputTokens) * margin * options.share);
  const known = await conversations.summary(conversation, question);
  const sees = info?.takesImages !== false;
  // A summary that leaves the question no room, made for a larger model, is left out.
  const withSummary = await fill(options, room, known);
  const { window, instructions, summary } = known && withSummary.window.kept.length === 0
    ? await fill(options, room, undefined)
    : withSummary;
  const kept = window.kept.toReversed();
  const [first] = kept;
  if (!first) {
    throw new ChatError(
      "too_large",
      `Cannot send this message to ${model}: it has about ${window.wanted} tokens and the model takes ${room}, so shorten it or choose a model with a larger window`,
    );
  }
  const omittedMessages = await conversations.countBefore(conversation, first.number);
  return {
    prompt: {
      model,
      system: instructions,
      messages: kept.filter(({ text, attachments }) => text || attachments.length > 0).map((message) => ({
        role: message.role,
        text: message.text,
        images: sees ? imagesOf(message) : [],
      } satisfies PromptMessage)),
      prefix,
      maxOutputTokens,
      contextTokens: info?.contextTokens ?? null,
    },
    tokens: window.tokens,
    omittedMessages,
    summarisedMessages: summary ? await conversations.countBefore(conversation, summary.throughNumber + 1) : 0,
    summariseThrough: window.tokens > room * summariseAt || omittedMessages > 0 ? nextSummary(kept, summary) : null,
    omittedImages: sees ? 0 : kept.reduce((sum, message) => sum + imagesOf(message).length, 0),
    cutFiles: window.cutFiles,
  };
}

/** How many tokens a model takes, question and answer together. */
export function windowOf(info: ModelInfo | null, isLocal: boolean): number {
  return info?.contextTokens ?? unknownContext[isLocal ? "local" : "outside"];
}

/** The newest messages that fit beside the instructions and the summary. */
async function fill(options: PromptOptions, room: number, summary: Summary | undefined) {
  const { conversations, conversation, question, system, info, prefix } = options;
  const instructions = summary ? `${system}\n\nEarlier in this conversation:\n${summary.text}` : system;
  const window = openWindow(room, instructions + prefix);
  for await (const message of backwards(conversations, conversation, question)) {
    // What the summary tells is not told twice.
    if (summary && message.number <= summary.throughNumber && message.number < question) break;
    const images = info?.takesImages !== false ? imagesOf(message).length : 0;
    const around = messageTokens + images * imageTokens;
    const whole = { ...message, text: withFiles(message, null, tokenBound).text };
    if (await window.add(whole, around)) continue;
    if (whole.text === message.text || !await window.addPart(message, around)) break;
  }
  return { window, instructions, summary };
}

/** A message and its ancestors, newest first, a page at a time. */
export async function* backwards(
  conversations: Pick<ConversationStore, "path">,
  conversation: string,
  from: number,
): AsyncIterable<PathMessage> {
  for (let next = from; next > 0;) {
    const page = await conversations.path(conversation, next, pageSize);
    yield* page;
    next = page.at(-1)?.parent ?? 0;
  }
}

/** Counts by a bound that needs no tokenizer while that is enough, exactly from where it is not. */
function openWindow(room: number, fixed: string) {
  const kept: PathMessage[] = [];
  const cutFiles: string[] = [];
  let overhead = 0;
  let wanted = 0;
  let tokens = tokenBound(fixed);
  let encode: ((text: string) => number) | undefined;

  return {
    kept,
    cutFiles,
    add,
    get tokens() {
      return tokens;
    },
    /** What it would have come to with the message that did not fit. */
    get wanted() {
      return wanted;
    },
    /** A message that did not fit, with as much of its files as there is room for. */
    async addPart(message: PathMessage, around: number): Promise<boolean> {
      const count = encode ?? await loadTokenizer();
      const left = room - tokens - around - fileTokens - count(message.text);
      const { text, cut } = withFiles(message, left, count);
      if (!await add({ ...message, text }, around)) return false;
      cutFiles.push(...cut);
      return true;
    },
  };

  /** False when it does not fit, and nothing was added. */
  async function add(message: PathMessage, around: number): Promise<boolean> {
    if (!encode && tokens + tokenBound(message.text) + around > room * summariseAt) {
      encode = await loadTokenizer();
      tokens = overhead + [fixed, ...kept.map(({ text }) => text)].reduce((sum, text) => sum + encode!(text), 0);
    }
    const more = (encode ?? tokenBound)(message.text) + around;
    if (tokens + more > room) {
      wanted = tokens + more;
      return false;
    }
    kept.push(message);
    overhead += around;
    tokens += more;
    return true;
  }
}

/** The older half of what is kept; null when a summary would gain nothing. */
function nextSummary(kept: readonly PathMessage[], summary: Summary | undefined): number | null {
  const through = kept[Math.floor(kept.length / 2) - 1];
  if (!through || kept.length < 4 || through.number <= (summary?.throughNumber ?? 0)) return null;
  return through.number;
}

function imagesOf({ attachments }: PathMessage): Attachment[] {
  return attachments.filter(({ mediaType }) => mediaType.startsWith("image/"));
}
