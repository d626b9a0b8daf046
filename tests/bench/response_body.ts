/** An HTTP/1.1 answer as it comes: its status, its end, and the bytes of its body without their framing (RFC 9112 §7.1). */

export interface ResponseBody {
  push(bytes: Uint8Array): void;
  /** 0 before the head is whole. */
  readonly status: number;
  readonly isOver: boolean;
  /** Whether the server wants no further request on this connection. */
  readonly closesAfter: boolean;
}

const lineFeed = 10;
const decoder = new TextDecoder("latin1");

/**
 * `take` gets each piece of the body and returns how many of its bytes it is done with; the rest comes again before
 * the next piece.
 */
export function openBody(take: (bytes: Uint8Array) => number): ResponseBody {
  let head: Uint8Array | undefined = new Uint8Array(0);
  let rest = new Uint8Array(0);
  let isChunked = false;
  /** Of the body, or of the chunk. */
  let left = 0;
  let line = "";
  let part: "size" | "data" | "data_end" | "trailer" = "size";
  const seen = { status: 0, isOver: false, closesAfter: false };

  function pushHead(bytes: Uint8Array): Uint8Array | undefined {
    const all = joined(head ?? rest, bytes);
    const text = decoder.decode(all);
    const end = text.indexOf("\r\n\r\n");
    if (end < 0) {
      head = all;
      return undefined;
    }
    head = undefined;
    const lines = text.slice(0, end).toLowerCase();
    seen.status = Number(lines.slice(9, 12));
    seen.closesAfter = lines.includes("\r\nconnection: close");
    isChunked = lines.includes("\r\ntransfer-encoding: chunked");
    left = Number(/\r\ncontent-length: *(\d+)/.exec(lines)?.[1] ?? 0);
    seen.isOver = !isChunked && left === 0;
    return all.subarray(end + 4);
  }

  function give(bytes: Uint8Array): void {
    const all = rest.length === 0 ? bytes : joined(rest, bytes);
    rest = all.slice(take(all));
  }

  function pushChunked(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !seen.isOver;) {
      if (part === "data") {
        const end = Math.min(bytes.length, at + left);
        give(bytes.subarray(at, end));
        left -= end - at;
        at = end;
        if (left === 0) part = "data_end";
        continue;
      }
      const end = bytes.indexOf(lineFeed, at);
      const until = end < 0 ? bytes.length : end;
      if (part !== "data_end") line += decoder.decode(bytes.subarray(at, until));
      at = until + 1;
      if (end < 0) return;
      if (part === "data_end") part = "size";
      else if (part === "trailer") seen.isOver = line.trim() === "";
      else {
        left = parseInt(line, 16);
        part = left === 0 ? "trailer" : "data";
      }
      line = "";
    }
  }

  return {
    get status() {
      return seen.status;
    },
    get isOver() {
      return seen.isOver;
    },
    get closesAfter() {
      return seen.closesAfter;
    },
    push(bytes) {
      const body = head === undefined ? bytes : pushHead(bytes);
      if (body === undefined || body.length === 0) return;
      if (isChunked) return pushChunked(body);
      give(body);
      left -= body.length;
      seen.isOver = left <= 0;
    },
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
