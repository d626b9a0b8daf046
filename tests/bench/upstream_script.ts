/** What a scripted model answers, spelled in its name: `sim-n64-tps20-ttft50`. */
import { untimed } from "./marker.ts";

export interface Script {
  readonly tokens: number;
  /** 0: as fast as possible. */
  readonly tokensPerSecond: number;
  readonly firstTokenMs: number;
}

const head = "HTTP/1.1 200 OK\r\nx-request-id: sim\r\n";
export const streamHead =
  `${head}content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n`;

const scripts = new Map<string, Script>();
const bursts = new Map<string, Uint8Array>();

/** Names are few in a run, so each is read once. */
export function scriptOf(model: string): Script {
  const known = scripts.get(model);
  if (known) return known;
  const number = (word: string, otherwise: number) =>
    Number(new RegExp(`-${word}(\\d+(?:\\.\\d+)?)`).exec(model)?.[1] ?? otherwise);
  const script = { tokens: number("n", 64), tokensPerSecond: number("tps", 0), firstTokenMs: number("ttft", 0) };
  scripts.set(model, script);
  return script;
}

export function firstPiece(model: string): string {
  return event(chunk(model, '{"role":"assistant","content":""}'));
}

export function tokenPiece(model: string, marker: string, asksUsage: boolean): string {
  return event(chunk(model, `{"content":" ${marker}"}`, "null", asksUsage ? ',"usage":null' : ""));
}

/** All that comes after the last token. */
export function lastPieces(model: string, tokens: number, asksUsage: boolean): string {
  const usage = asksUsage
    ? event(
      `{"id":"chatcmpl-sim","object":"chat.completion.chunk","created":1700000000,"model":"${model}","choices":[],` +
        `"usage":${usageOf(tokens)}}`,
    )
    : "";
  return event(chunk(model, "{}", '"stop"')) + usage + event("[DONE]") + "0\r\n\r\n";
}

/** A whole stream, rendered once. */
export function burstOf(model: string, asksUsage: boolean): Uint8Array {
  const key = `${model} ${asksUsage}`;
  const known = bursts.get(key);
  if (known) return known;
  const { tokens } = scriptOf(model);
  const bytes = new TextEncoder().encode(
    streamHead + firstPiece(model) + tokenPiece(model, untimed, asksUsage).repeat(tokens) +
      lastPieces(model, tokens, asksUsage),
  );
  bursts.set(key, bytes);
  return bytes;
}

/** An answer in one piece. */
export function wholeOf(model: string): Uint8Array {
  const { tokens } = scriptOf(model);
  return json(
    `{"id":"chatcmpl-sim","object":"chat.completion","created":1700000000,"model":"${model}","choices":[{"index":0,` +
      `"message":{"role":"assistant","content":"${` ${untimed}`.repeat(tokens)}","refusal":null},"logprobs":null,` +
      `"finish_reason":"stop"}],"usage":${usageOf(tokens)}}`,
  );
}

export function json(body: string): Uint8Array {
  const length = new TextEncoder().encode(body).length;
  return new TextEncoder().encode(`${head}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`);
}

function usageOf(tokens: number): string {
  return `{"prompt_tokens":50,"completion_tokens":${tokens},"total_tokens":${tokens + 50}}`;
}

function chunk(model: string, delta: string, finish = "null", more = ""): string {
  return `{"id":"chatcmpl-sim","object":"chat.completion.chunk","created":1700000000,"model":"${model}",` +
    `"system_fingerprint":"sim","choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]${more}}`;
}

/** One event in a chunk of its own, as model servers send it; all of it is ASCII. */
function event(data: string): string {
  const text = `data: ${data}\n\n`;
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
