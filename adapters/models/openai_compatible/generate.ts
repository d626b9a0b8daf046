/** One answer, from the prompt to its last event. */
import { type ModelEvent, type Prompt, ProviderError } from "../../../server/domain/model.ts";
import { openArrivals } from "./arrivals.ts";
import { type Answer, type Call, open } from "./call.ts";
import { openChatDecoder, openWholeDecoder } from "./chat_decoder.ts";
import type { Decoder } from "./decoder.ts";
import { cutOff, malformed, silence } from "./faults.ts";
import { openOllamaDecoder } from "./ollama_decoder.ts";
import { afterInstruction, afterPrefill, openTrimmer } from "./overlap.ts";
import { chatRequest, type Continuation, ollamaRequest } from "./request.ts";
import type { Server } from "./server.ts";

/** See `ModelProvider.generate`. */
export async function* generate(server: Server, prompt: Prompt, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  if (signal.aborted) return;
  const begun = await begin(server, prompt, signal);
  if (begun === undefined) return;
  const trimmer = openTrimmer(prompt.prefix, begun.continuation === "prefill" ? afterPrefill : afterInstruction);
  for await (const event of read(server, begun.answer, signal)) {
    if (event.type !== "text") {
      // Text that was held back stands before what ends the answer.
      const rest = event.type === "finish" ? trimmer.end() : "";
      if (rest !== "") yield { type: "text", text: rest };
      yield event;
      continue;
    }
    const text = trimmer.push(event.text);
    if (text !== "") yield { type: "text", text };
  }
  const rest = signal.aborted ? "" : trimmer.end();
  if (rest !== "") yield { type: "text", text: rest };
}

/** A server that refuses to go on from its own message is asked in words: a refusal has cost nothing. */
async function begin(
  server: Server,
  prompt: Prompt,
  signal: AbortSignal,
): Promise<{ answer: Answer; continuation: Continuation } | undefined> {
  const { continuation } = server.preset;
  const ask = async (continuation: Continuation) => {
    const answer = await open(server, callFor(server, prompt, continuation), signal);
    return answer === undefined ? undefined : { answer, continuation };
  };
  try {
    return await ask(continuation);
  } catch (error) {
    if (continuation === "instruction" || prompt.prefix === "" || !isPrefillRefusal(error)) throw error;
    return await ask("instruction");
  }
}

/** llama.cpp: "Assistant response prefill is incompatible with enable_thinking"; some models behind OpenRouter alike. */
function isPrefillRefusal(error: unknown): boolean {
  return error instanceof ProviderError && error.fault === "refused" &&
    /prefill|enable_thinking|(last|final) message|end with (a|an) user|assistant message/i.test(error.message);
}

function callFor(server: Server, prompt: Prompt, continuation: Continuation): Call {
  const { preset, address } = server;
  const [url, body] = preset.api === "ollama"
    ? [`${address.root}/api/chat`, ollamaRequest(prompt, continuation)]
    : [`${address.api}/chat/completions`, chatRequest(prompt, preset, continuation)];
  return { url, body: JSON.stringify(body), requestId: prompt.requestId };
}

// A server that keeps the connection open after its last word, without saying that it was the last.
const afterFinishMs = 5_000;
// Signs of life without a word ("still working") lengthen the wait, but not for ever.
const maxSilentWaits = 5;

async function* read(server: Server, answer: Answer, signal: AbortSignal): AsyncGenerator<ModelEvent> {
  const arrivals = openArrivals(answer.body, signal);
  const decoder = decoderFor(server, answer);
  const { startTimeoutMs, stallTimeoutMs } = server.limits;
  let hasBegun = false;
  let lastEventAt = performance.now();
  try {
    for (;;) {
      const limitMs = hasBegun ? stallTimeoutMs : startTimeoutMs;
      const longestMs = lastEventAt + maxSilentWaits * limitMs - performance.now();
      const waitMs = decoder.isComplete ? afterFinishMs : Math.max(0, Math.min(limitMs, longestMs));
      const arrival = await arrivals.next(waitMs);
      if (signal.aborted) return;
      if (arrival.kind === "bytes") { for (const piece of arrival.pieces) decoder.read(piece); }
      if (arrival.kind === "end" || arrival.kind === "broken") decoder.end();
      const events = decoder.take();
      if (events.length > 0) {
        hasBegun = true;
        yield* events;
        lastEventAt = performance.now();
      }
      if (decoder.failure !== undefined) throw decoder.failure;
      if (decoder.isOver || decoder.isComplete && arrival.kind !== "bytes") return;
      if (arrival.kind === "silence") throw silence(server, hasBegun ? "stalled" : "slow_start");
      if (arrival.kind === "end") throw cutOff(server);
      if (arrival.kind === "broken") throw cutOff(server, arrival.error);
    }
  } finally {
    arrivals.close(decoder.isOver);
  }
}

function decoderFor(server: Server, { headers }: Answer): Decoder {
  if (server.preset.api === "ollama") return openOllamaDecoder(server);
  const type = String(headers["content-type"] ?? "");
  if (/^application\/json\b/i.test(type)) return openWholeDecoder(server);
  const decoder = openChatDecoder(server);
  if (!/^text\/html\b/i.test(type)) return decoder;
  const failure = malformed(server, `a web page: check ${server.preset.urlSetting}, which usually ends in /v1`);
  return { ...decoder, read: () => {}, failure };
}
