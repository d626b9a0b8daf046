/** Reads server-sent events from a response, whatever the pieces it arrives in. */

export interface ServerEvent {
  /** "message" where the server names none. */
  readonly event: string;
  /** Of this event alone; null when it has none. */
  readonly id: string | null;
  readonly data: string;
}

/** One event may not be longer than this many UTF-16 units: more is not our server talking. */
const longestEvent = 8_000_000;

/**
 * Events in order, until the body ends. `onArrival` is called for every piece, heartbeats included, so that a silent
 * connection can be told from a quiet one. Throws what the body throws, and `RangeError` for an endless event.
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onArrival: () => void = () => {},
): AsyncGenerator<ServerEvent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let event = "message";
  let id: string | null = null;
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onArrival();
      rest += decoder.decode(value, { stream: true });
      if (rest.length > longestEvent) throw new RangeError("Cannot read the stream: one event has no end");
      // a CR at the very end may be the first half of a CRLF
      const isHalfBreak = rest.endsWith("\r");
      const lines = (isHalfBreak ? rest.slice(0, -1) : rest).split(/\r\n|\r|\n/);
      rest = (lines.pop() ?? "") + (isHalfBreak ? "\r" : "");
      for (const line of lines) {
        if (line === "") {
          if (data.length > 0) yield { event, id, data: data.join("\n") };
          event = "message";
          id = null;
          data = [];
        } else if (!line.startsWith(":")) {
          const colon = line.indexOf(":");
          const field = colon < 0 ? line : line.slice(0, colon);
          const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
          if (field === "event") event = value;
          else if (field === "id") id = value;
          else if (field === "data") data.push(value);
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
