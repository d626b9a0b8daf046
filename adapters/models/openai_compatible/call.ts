/** One POST to a model server, and the beginning of its answer. */
import type { Dispatcher } from "undici";
import { ProviderError } from "../../../server/domain/model.ts";
import { faultOfNetwork, faultOfStatus, isNotTaken, retryAfterMs, silence } from "./faults.ts";
import { headersFor, type Server } from "./server.ts";

export type Answer = Dispatcher.ResponseData;

export interface Call {
  readonly url: string;
  readonly body: string;
  /** Sent along, so that a server's records of the call can be found: OpenAI's `x-client-request-id`. */
  readonly requestId: string | undefined;
}

/**
 * An answer with a good status. Asks again, a few times, only where the call was certainly not taken: refused
 * connection, 429, 503. Undefined when aborted. Throws `ProviderError`.
 */
export async function open(server: Server, call: Call, signal: AbortSignal): Promise<Answer | undefined> {
  for (let attempt = 0;; attempt++) {
    const outcome = await attemptOnce(server, call, signal);
    if (!("error" in outcome)) return signal.aborted ? drop(outcome) : outcome;
    if (signal.aborted) return undefined;
    const { error, status } = outcome;
    const waitMs = error.retryAfterMs ?? server.limits.retryWaitMs * 2 ** attempt;
    const mayAsk = attempt < server.limits.maxRetries && waitMs <= server.limits.maxRetryWaitMs;
    if (!mayAsk || !isNotTaken(error, status)) throw error;
    await pause(waitMs, signal);
    if (signal.aborted) return undefined;
  }
}

/** Sends it once and gives back any answer, whatever its status. Throws `ProviderError`, or what aborting throws. */
export async function send(server: Server, call: Call, signal: AbortSignal, startMs: number): Promise<Answer> {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(), startMs);
  const stop = () => silent.abort();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) silent.abort();
  try {
    const headers = headersFor(server);
    if (call.requestId !== undefined) headers["x-client-request-id"] = call.requestId;
    const answer = await server.connection.request(call.url, {
      method: "POST",
      headers,
      body: call.body,
      signal: silent.signal,
    });
    // From here on the body's reader keeps the time, and its destroying is what closes the connection.
    return answer;
  } catch (error) {
    if (silent.signal.aborted && !signal.aborted) throw silence(server, "slow_start");
    throw error instanceof ProviderError ? error : faultOfNetwork(server, error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

async function attemptOnce(
  server: Server,
  call: Call,
  signal: AbortSignal,
): Promise<Answer | { error: ProviderError; status: number | undefined }> {
  try {
    const answer = await send(server, call, signal, server.limits.startTimeoutMs);
    if (answer.statusCode === 200) return answer;
    const body = await beginning(answer);
    const refusal = { status: answer.statusCode, body, retryAfterMs: retryAfterMs(answer.headers) };
    return { error: faultOfStatus(server, refusal), status: answer.statusCode };
  } catch (error) {
    if (error instanceof ProviderError) return { error, status: undefined };
    throw error;
  }
}

function drop(answer: Answer): undefined {
  answer.body.on("error", () => {}).destroy();
}

const maxErrorBytes = 64 * 1024;
const errorBodyMs = 5_000;

/** The start of an error's body; a server that dawdles over it or breaks off has said enough. */
function beginning({ body }: Answer): Promise<string> {
  return new Promise((resolve) => {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    const done = () => {
      clearTimeout(timer);
      body.destroy();
      resolve(pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode());
    };
    const decoder = new TextDecoder();
    const timer = setTimeout(done, errorBodyMs);
    body.on("data", (piece: Uint8Array) => {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= maxErrorBytes) done();
    }).on("end", done).on("error", done);
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
