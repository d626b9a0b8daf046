/** What the scripted model says, and how it misbehaves: both follow from the question and the model's name alone. */

/** Spelled in the model's name as `sim-<option><number>-…`, such as `sim-ttft50-tps20-n100-cut10`. */
export interface Script {
  /** Milliseconds before the first token. */
  readonly ttft: number;
  /** Tokens a second; 0: as fast as they go. */
  readonly tps: number;
  /** Tokens of the answer; 0: as many as the question gives. */
  readonly n: number;
  /** Usage is told never (0), if asked for (1), always (2). */
  readonly usage: number;
  /** Answers this status instead; 429 and 503 with Retry-After of `ra` seconds. */
  readonly fail: number;
  readonly ra: number;
  /** 429 as OpenAI has it when the money is spent. */
  readonly quota: number;
  /** Only the first so many calls of this model misbehave; 0: all. */
  readonly first: number;
  /** Only each so-many-th call does; 0: all. */
  readonly every: number;
  /** After so many tokens: the connection breaks; an event that is no JSON; silence; an error told in the stream. */
  readonly cut: number;
  readonly bad: number;
  readonly stall: number;
  readonly err: number;
  /** Ends well after so many tokens, but without a reason or `[DONE]`. */
  readonly quit: number;
  /** Pieces of so many bytes. */
  readonly split: number;
  readonly crlf: number;
  readonly nodone: number;
  /** A comment before each token. */
  readonly ping: number;
  /** A comment every so many milliseconds until the first token. */
  readonly alive: number;
  /** The connection breaks when the request has been read. */
  readonly drop: number;
  /** So many tokens of reasoning first: in their own field, or (`tag`) in the text between `<think>` tags. */
  readonly think: number;
  readonly tag: number;
  /** The answer is one streamed tool call. */
  readonly tool: number;
  /** Tokens that fit the model's context, question and answer. */
  readonly ctx: number;
  /** A last message of the assistant is refused. */
  readonly noprefill: number;
  /** Says so many characters of the prefix again when asked to go on in words. */
  readonly repeat: number;
  /** Answers a request for a stream with one JSON object; with a web page. */
  readonly whole: number;
  readonly html: number;
  /** Each token is " ~" and the microsecond of its writing in base 36, for load clients. */
  readonly stamp: number;
}

const usual: Script = {
  ttft: 0,
  tps: 0,
  n: 0,
  usage: 1,
  fail: 0,
  ra: 1,
  quota: 0,
  first: 0,
  every: 0,
  cut: -1,
  bad: -1,
  stall: -1,
  err: -1,
  quit: -1,
  split: 0,
  crlf: 0,
  nodone: 0,
  ping: 0,
  alive: 0,
  drop: 0,
  think: 0,
  tag: 0,
  tool: 0,
  ctx: 0,
  noprefill: 0,
  repeat: 0,
  whole: 0,
  html: 0,
  stamp: 0,
};

/** Undefined for a model that there is not. `echo` says the question again. */
export function scriptOf(model: string): Script | undefined {
  if (!/^(sim|echo)(-|$)/.test(model)) return undefined;
  const script: Record<string, number> = { ...usual };
  for (const part of model.split("-").slice(1)) {
    const [, name = "", value] = /^([a-z]+)(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    if (script[name] === undefined) throw new RangeError(`Cannot play the model "${model}": "${part}" is no option`);
    script[name] = Number(value);
  }
  return { ...usual, ...script };
}

export const maxTokens = 120;

const words = [
  "alpha ",
  "beta ",
  "gamma ",
  "δέλτα ",
  "epsilon ",
  "😀",
  "日本 ",
  "\n",
  "```\ncode\n```\n",
  "zeta, ",
  "eta. ",
  "👩‍👩‍👧 ",
];

/** The answer to a question, whole: always the same. */
export function script(question: string): string {
  return scriptTokens(question).join("");
}

/** The same, token by token; `n` of them, or as many as the question gives: 10 to 120. */
export function scriptTokens(question: string, n = 0): string[] {
  const random = randomFrom(seedOf(question));
  const length = 10 + Math.floor(random() * (maxTokens - 10));
  return Array.from({ length: n || length }, () => words[Math.floor(random() * words.length)]!);
}

/** What is left to say after `prefix`, torn where it ends; everything where the answer does not begin so. */
export function tokensAfter(tokens: readonly string[], prefix: string): string[] {
  if (!tokens.join("").startsWith(prefix)) return [...tokens];
  let at = 0;
  const left: string[] = [];
  for (const token of tokens) {
    at += token.length;
    if (at > prefix.length) left.push(at - token.length < prefix.length ? token.slice(prefix.length - at) : token);
  }
  return left;
}

/** Mulberry32: the same numbers from the same seed, from 0 to 1. */
export function randomFrom(seed: number): () => number {
  return () => {
    let t = seed += 0x6d2b79f5;
    t = Math.imul(t ^ t >>> 15, t | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) / 4294967296;
  };
}

/** FNV-1a. */
export function seedOf(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}

/** A vector of length one from the text's words and trigrams: similar texts have similar ones. */
export function embed(text: string, dimensions: number): number[] {
  const vector = new Float64Array(dimensions);
  const add = (word: string, weight: number) => {
    const hash = seedOf(word);
    vector[hash % dimensions]! += hash & 0x10000 ? weight : -weight;
  };
  for (const word of text.toLowerCase().split(/[^\p{L}\p{N}]+/u)) {
    if (word === "") continue;
    add(word, 1);
    for (let i = 0; i + 3 <= word.length; i++) add(`3${word.slice(i, i + 3)}`, 0.3);
  }
  const length = Math.hypot(...vector) || 1;
  return Array.from(vector, (x) => Math.round(x / length * 1e6) / 1e6);
}
