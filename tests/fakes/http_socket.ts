/** Requests out of a raw HTTP/1.1 connection: for servers that must be free to break the rules. */
import type { Socket } from "node:net";

export interface RawRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** By lower-case name; the last of each. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** 1 for the first on this connection. */
  readonly number: number;
}

/** Calls `handle` for each request in order, the next when its promise has resolved. */
export function readRequests(socket: Socket, handle: (request: RawRequest) => Promise<void>): void {
  let waiting: Uint8Array = new Uint8Array(0);
  let number = 0;
  let isBusy = false;
  socket.on("data", (piece: Uint8Array) => {
    waiting = concat([waiting, piece]);
    void next();
  });

  async function next(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    for (;;) {
      const found = parse(waiting);
      if (found === undefined || socket.destroyed) break;
      waiting = waiting.slice(found.length);
      await handle({ ...found.request, number: ++number });
    }
    isBusy = false;
  }
}

/** Undefined while it is not all there. */
function parse(bytes: Uint8Array): { request: Omit<RawRequest, "number">; length: number } | undefined {
  const text = latin1.decode(bytes);
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const [method = "", path = ""] = first.split(" ");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const from = end + 4;
  const request = (body: Uint8Array) => ({ method, path, headers, body: new TextDecoder().decode(body) });
  if (headers["transfer-encoding"] !== "chunked") {
    const length = from + Number(headers["content-length"] ?? 0);
    return bytes.length < length ? undefined : { request: request(bytes.subarray(from, length)), length };
  }
  const pieces: Uint8Array[] = [];
  for (let at = from;;) {
    const line = text.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = parseInt(text.slice(at, line), 16);
    at = line + 2 + size + 2;
    if (bytes.length < at) return undefined;
    if (size === 0) return { request: request(concat(pieces)), length: at };
    pieces.push(bytes.subarray(line + 2, line + 2 + size));
  }
}

// windows-1252, in truth: one character a byte all the same, and requests' heads are ASCII.
const latin1 = new TextDecoder("latin1");

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** A whole answer with its length. */
export function respond(socket: Socket, status: number, body: unknown, headers: Record<string, string> = {}): void {
  const isText = typeof body === "string";
  const bytes = new TextEncoder().encode(isText ? body : JSON.stringify(body));
  const head = {
    "content-type": isText ? "text/plain" : "application/json",
    ...headers,
    "content-length": String(bytes.length),
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(`HTTP/1.1 ${status} ${status < 400 ? "OK" : "Error"}\r\n${lines}\r\n`);
  socket.write(bytes);
}

/** Listens on `port` (0: any free one); gives back the port. */
export function listen(
  server: {
    listen(port: number, host: string, then: () => void): unknown;
    address(): unknown;
    once(event: "error", then: (error: Error) => void): unknown;
  },
  port: number,
  host = "127.0.0.1",
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null && "port" in address ? Number(address.port) : port);
    });
  });
}
