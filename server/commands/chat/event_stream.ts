/** Reads server-sent events (WHATWG HTML §9.2) as our server writes them. */

export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** The server sends a comment every 15 s; a stream that is silent for so long is dead. */
const SILENCE_MS = 45_000;
/** An event that is longer than this is none of ours. */
const EVENT_LIMIT = 8_000_000;

/** Ends when the stream ends; throws when it breaks, is silent for too long, or is no stream of events. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  try {
    while (true) {
      const { done, value } = await orSilence(reader.read());
      if (done) return;
      buffer += decoder.decode(value, { stream: true });
      if (buffer.length > EVENT_LIMIT) throw new Error("Cannot read the server's events: one does not end");
      let end: number;
      while ((end = buffer.indexOf("\n\n")) !== -1) {
        const event = decodeEvent(buffer.slice(0, end));
        buffer = buffer.slice(end + 2);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    // Nobody waits for the other side to agree.
    reader.cancel().catch(() => {});
  }
}

/** Undefined for a comment. */
function decodeEvent(block: string): ServerEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const [, name = "", value = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    fields.set(name, fields.has(name) ? `${fields.get(name)}\n${value}` : value);
  }
  const data = fields.get("data");
  return data === undefined ? undefined : { event: fields.get("event") ?? "message", id: fields.get("id") ?? "", data };
}

async function orSilence<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("Cannot hear the server: it has said nothing for too long")), SILENCE_MS);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
