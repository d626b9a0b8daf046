/** One kept HTTP/1.1 connection of the load client: counts and times tokens in an answer without decoding it. */
import { ageMs, markerByte, markerLength } from "./marker.ts";
import { openBody } from "./response_body.ts";

/** What all connections of a run put down together. */
export interface Heard {
  /** Milliseconds from the model server's writing of a token to our reading it. */
  readonly tokenAgesMs: number[];
}

export interface Answered {
  /** 0 when there was no answer. */
  readonly status: number;
  readonly tokens: number;
  /** From sending; NaN when there was no token. */
  readonly firstTokenMs: number;
  readonly tookMs: number;
  readonly failure: string | null;
  /** The first bytes of the answer, for what cannot be told by counting. */
  readonly beginning: string;
}

export interface Connection {
  /** Sends one request and resolves at the end of its answer, also of a failed one. Ages of tokens after `timed` are not heard. */
  send(request: Uint8Array, heard?: Heard, timed?: number): Promise<Answered>;
  /** Breaks off: an answer under way ends as failed. */
  close(): void;
}

const keptBeginning = 1000;

export function openConnection({ hostname, port }: { hostname: string; port: number }): Connection {
  let socket: Deno.TcpConn | undefined;
  let isClosed = false;
  const buffer = new Uint8Array(32 * 1024);

  async function connect(): Promise<Deno.TcpConn> {
    const opened = await Deno.connect({ hostname, port });
    opened.setNoDelay(true);
    if (isClosed) opened.close();
    return opened;
  }

  function drop(): void {
    try {
      socket?.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
    socket = undefined;
  }

  return {
    async send(request, heard, timed = Infinity) {
      const startedMs = performance.now();
      let tokens = 0;
      let firstTokenMs = NaN;
      let beginning = "";
      const body = openBody((bytes) => {
        if (beginning.length < keptBeginning) beginning += new TextDecoder().decode(bytes.subarray(0, keptBeginning));
        for (let at = bytes.indexOf(markerByte); at >= 0; at = bytes.indexOf(markerByte, at + markerLength)) {
          if (at + markerLength > bytes.length) return at;
          if (tokens === 0) firstTokenMs = performance.now() - startedMs;
          tokens++;
          const age = heard && tokens <= timed ? ageMs(bytes, at) : undefined;
          if (age !== undefined) heard?.tokenAgesMs.push(age);
        }
        return bytes.length;
      });
      const done = (failure: string | null): Answered => {
        const tookMs = performance.now() - startedMs;
        return { status: body.status, tokens, firstTokenMs, tookMs, failure, beginning };
      };
      try {
        socket ??= await connect();
        for (let sent = 0; sent < request.length;) sent += await socket.write(request.subarray(sent));
        while (!body.isOver) {
          const length = await socket.read(buffer);
          if (length === null) {
            drop();
            return done("the connection was closed before the answer's end");
          }
          body.push(buffer.subarray(0, length));
        }
        if (body.closesAfter) drop();
        return done(null);
      } catch (error) {
        drop();
        return done(error instanceof Error ? error.message : String(error));
      }
    },
    close() {
      isClosed = true;
      drop();
    },
  };
}
