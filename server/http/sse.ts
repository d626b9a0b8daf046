/** Server-sent events (WHATWG HTML §9.2): one at a time as the reader takes them, with a heartbeat in between. */

export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

export interface EventStreamOptions {
  /** Ends the stream from our side. */
  readonly closing: AbortSignal;
  readonly heartbeatMs: number;
  /** Called once, however it ends. */
  readonly onEnd: () => void;
}

/** So long nothing is taken by a reader that something waits for: it is gone, whatever its connection says. */
const heartbeatsUntilGone = 8;

export const eventStreamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store, no-transform",
  // nginx would hold events back
  "x-accel-buffering": "no",
} as const;

const encoder = new TextEncoder();
const heartbeat = encoder.encode(":\n\n");

/** `events` gets a signal that aborts when nobody listens any more; what it throws ends the stream with an error. */
export function eventStream(
  events: (signal: AbortSignal) => AsyncIterable<ServerEvent>,
  { closing, heartbeatMs, onEnd }: EventStreamOptions,
): Response {
  const gone = new AbortController();
  const iterator = events(gone.signal)[Symbol.asyncIterator]();
  const stop = () => gone.abort();
  let timer: ReturnType<typeof setInterval> | undefined;
  let missed = 0;
  let isEnded = false;

  function end() {
    if (isEnded) return;
    isEnded = true;
    clearInterval(timer);
    closing.removeEventListener("abort", stop);
    gone.abort();
    onEnd();
  }

  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      closing.addEventListener("abort", stop);
      if (closing.aborted) stop();
      timer = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) {
          missed = 0;
          controller.enqueue(heartbeat);
        } else if (++missed >= heartbeatsUntilGone) {
          end();
          controller.error(new Error("the reader of a stream took nothing for too long"));
          iterator.return?.().catch(() => {});
        }
      }, heartbeatMs);
    },
    async pull(controller) {
      missed = 0;
      try {
        const { done, value } = await iterator.next();
        if (isEnded) return;
        if (!done) return controller.enqueue(encodeEvent(value));
        end();
        controller.close();
      } catch (error) {
        if (isEnded) return;
        end();
        controller.error(error);
      }
    },
    async cancel() {
      end();
      await iterator.return?.();
    },
  });
  return new Response(body, { headers: eventStreamHeaders });
}

/** Data is JSON, so it has no line breaks. */
export function encodeEvent({ event, id, data }: ServerEvent): Uint8Array {
  return encoder.encode(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
}
