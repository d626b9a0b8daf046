/** Passes a client's own OpenAI-shaped request on, and the answer back as it comes. */
import { setImmediate } from "node:timers";
import type { Usage } from "../../../server/domain/ledger.ts";
import type { Relayed, RelayRequest } from "../../../server/domain/model.ts";
import { type Answer, send } from "./call.ts";
import { cutOff, silence } from "./faults.ts";
import { fields } from "./json.ts";
import type { Server } from "./server.ts";
import { openStreamTap, openWholeTap, type UsageTap } from "./usage_tap.ts";

/** See `RelayingProvider.relay`. Streams are asked for their usage; a client that has not asked does not get it. */
export async function relay(server: Server, { path, body }: RelayRequest, signal: AbortSignal): Promise<Relayed> {
  const isStream = path === "chat/completions" && body.stream === true;
  const hasAsked = fields(body.stream_options).include_usage === true;
  const sent = isStream && !hasAsked
    ? { ...body, stream_options: { ...fields(body.stream_options), include_usage: true } }
    : body;
  const { startTimeoutMs, stallTimeoutMs, wholeTimeoutMs } = server.limits;
  const call = { url: `${server.address.api}/${path}`, body: JSON.stringify(sent), requestId: undefined };
  const answer = await send(server, call, signal, isStream ? startTimeoutMs : wholeTimeoutMs);
  const contentType = String(answer.headers["content-type"] ?? "application/json");
  const options = { reportsCost: server.preset.reportsCost, dropsUsage: isStream && !hasAsked };
  const tap = contentType.startsWith("text/event-stream") ? openStreamTap(options) : openWholeTap(options);
  const pass = {
    silenceMs: isStream ? Math.max(startTimeoutMs, stallTimeoutMs) : wholeTimeoutMs,
    onSilence: () => silence(server, "stalled"),
    onBreak: (cause: unknown) => cutOff(server, cause),
    signal,
  };
  const head = {
    status: answer.statusCode,
    contentType,
    retryAfter: answer.headers["retry-after"] === undefined ? null : String(answer.headers["retry-after"]),
  };
  if (isStream) return { ...head, ...passOn(answer.body, tap, pass) };
  const { pieces, isOver } = await readShort(answer.body, pass);
  if (!isOver) return { ...head, ...passOn(answer.body, tap, pass, pieces) };
  const whole = new Uint8Array(tap.push(joined(pieces)));
  return {
    ...head,
    whole,
    // Made when it is asked for, which costs more than the rest of a short answer.
    get body() {
      return new Blob([whole]).stream();
    },
    usage: Promise.resolve(tap.usage),
  };
}

interface PassOptions {
  readonly silenceMs: number;
  readonly onSilence: () => Error;
  readonly onBreak: (cause: unknown) => Error;
  readonly signal: AbortSignal;
}

// What a client that reads slowly lets wait here before the server is slowed down too.
const maxWaitingBytes = 64 * 1024;

/**
 * One piece a turn of the event loop, copied out of the socket's large buffers: `fetch`'s reader takes 64 KiB and
 * 33 µs for every token, this 6 µs.
 */
function passOn(
  body: Answer["body"],
  tap: UsageTap,
  { silenceMs, onSilence, onBreak, signal }: PassOptions,
  begun: readonly Uint8Array[] = [],
): { body: ReadableStream<Uint8Array>; usage: Promise<Usage | null> } {
  const { promise: usage, resolve: settle } = Promise.withResolvers<Usage | null>();
  let pieces: Uint8Array[] = [...begun];
  let isScheduled = false;
  let isClosed = false;
  let lastAt = performance.now();
  let timer = setTimeout(checkSilence, silenceMs);
  let control: ReadableStreamController<Uint8Array<ArrayBuffer>> | undefined;

  function checkSilence(): void {
    const leftMs = lastAt + silenceMs - performance.now();
    // While the client does not read, the silence is the client's.
    if (leftMs > 0 || body.isPaused()) timer = setTimeout(checkSilence, Math.max(leftMs, 50));
    else fail(onSilence());
  }

  function flush(): void {
    isScheduled = false;
    if (isClosed || pieces.length === 0) return;
    const bytes = tap.push(pieces.length === 1 ? pieces[0]! : joined(pieces));
    pieces = [];
    enqueue(bytes);
    if ((control?.desiredSize ?? 0) <= 0) body.pause();
  }

  function enqueue(bytes: Uint8Array): void {
    if (bytes.length > 0) control?.enqueue(bytes as Uint8Array<ArrayBuffer>);
  }

  function finish(): void {
    if (isClosed) return;
    flush();
    enqueue(tap.end());
    close();
    control?.close();
  }

  function fail(error: Error): void {
    if (isClosed) return;
    flush();
    close();
    body.destroy();
    control?.error(error);
  }

  function close(): void {
    isClosed = true;
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
    settle(tap.usage);
  }

  function abort(): void {
    fail(onBreak(signal.reason));
  }

  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    type: "bytes",
    start(controller) {
      control = controller;
      body.on("data", (piece: Uint8Array) => {
        lastAt = performance.now();
        pieces.push(piece);
        if (isScheduled) return;
        isScheduled = true;
        setImmediate(flush);
      });
      body.on("end", finish);
      body.on("error", (error: unknown) => fail(onBreak(error)));
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
      flush();
    },
    pull() {
      lastAt = performance.now();
      if (body.isPaused()) body.resume();
    },
    cancel() {
      if (isClosed) return;
      close();
      body.destroy();
    },
  }, { highWaterMark: maxWaitingBytes });
  return { body: stream, usage };
}

/** Answers up to here are read whole before they are passed on: a stream costs more than most of them. */
const maxShortBytes = 256 * 1024;

/** All of a short answer; of a longer one its beginning, and the rest waits in `body`. Throws `ProviderError`. */
function readShort(
  body: Answer["body"],
  { silenceMs, onSilence, onBreak, signal }: PassOptions,
): Promise<{ pieces: readonly Uint8Array[]; isOver: boolean }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(onSilence()), silenceMs);

    function leave(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      body.off("data", take).off("end", end).off("error", onError);
    }

    function fail(error: Error): void {
      leave();
      // What breaks after this is nobody's any more.
      body.on("error", () => {}).destroy();
      reject(error);
    }

    function take(piece: Uint8Array): void {
      // Its buffer is the connection's, which is used again.
      pieces.push(piece.slice());
      length += piece.length;
      if (length <= maxShortBytes) return;
      body.pause();
      leave();
      resolve({ pieces, isOver: false });
    }

    function end(): void {
      leave();
      resolve({ pieces, isOver: true });
    }

    const onError = (error: unknown) => fail(onBreak(error));
    const abort = () => fail(onBreak(signal.reason));
    body.on("data", take).on("end", end).on("error", onError);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
  });
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
