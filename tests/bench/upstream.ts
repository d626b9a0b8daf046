/** The scripted model server of the benchmark: lean enough never to be what is measured. `upstream.ts PORT`. */
import net from "node:net";
import { Buffer } from "node:buffer";
import { timed } from "./marker.ts";
import { burstOf, firstPiece, json, lastPieces, scriptOf, streamHead, tokenPiece, wholeOf } from "./upstream_script.ts";

/** An answer that is being written at its pace. */
interface Paced {
  readonly socket: net.Socket;
  readonly model: string;
  readonly asksUsage: boolean;
  readonly gapMs: number;
  left: number;
  dueMs: number;
  hasBegun: boolean;
}

const counts = { posts: 0, open: 0, connections: 0 };
const paced = new Set<Paced>();
let wheel: ReturnType<typeof setInterval> | undefined;

function answer(socket: net.Socket, path: string, body: string): void {
  if (path === "/bench/counts") return void socket.write(json(JSON.stringify(counts)));
  if (path.endsWith("/models")) {
    return void socket.write(json('{"object":"list","data":[{"id":"sim","object":"model"}]}'));
  }
  counts.posts++;
  const model = /"model":"(sim[\w.-]*)"/.exec(body)?.[1] ?? "sim-n64";
  if (!body.includes('"stream":true')) return void socket.write(wholeOf(model));
  const asksUsage = body.includes('"include_usage":true');
  const { tokens, tokensPerSecond, firstTokenMs } = scriptOf(model);
  if (tokensPerSecond === 0) return void socket.write(burstOf(model, asksUsage));
  counts.open++;
  const gapMs = 1000 / tokensPerSecond;
  const stream = {
    socket,
    model,
    asksUsage,
    gapMs,
    left: tokens,
    dueMs: performance.now() + firstTokenMs,
    hasBegun: false,
  };
  paced.add(stream);
  wheel ??= setInterval(turn, 1);
  if (firstTokenMs === 0) write(stream, performance.now());
}

/** One wheel for all, as a thousand timers would cost more than the writing. */
function turn(): void {
  const now = performance.now();
  for (const stream of paced) if (stream.dueMs <= now) write(stream, now);
  if (paced.size > 0) return;
  clearInterval(wheel);
  wheel = undefined;
}

function write(stream: Paced, now: number): void {
  const { socket, model, asksUsage } = stream;
  let text = stream.hasBegun ? "" : streamHead + firstPiece(model);
  stream.hasBegun = true;
  for (; stream.left > 0 && stream.dueMs <= now; stream.left--, stream.dueMs += stream.gapMs) {
    text += tokenPiece(model, timed(), asksUsage);
  }
  if (stream.left === 0) text += lastPieces(model, scriptOf(model).tokens, asksUsage);
  socket.write(text, "latin1");
  if (stream.left === 0) end(stream);
}

function end(stream: Paced): void {
  if (paced.delete(stream)) counts.open--;
}

/** Requests in a row; the client waits for each answer before it sends the next. */
function serve(socket: net.Socket): void {
  counts.connections++;
  let waiting: Buffer | undefined;
  socket.on("error", () => {});
  socket.on("close", () => {
    counts.connections--;
    for (const stream of paced) if (stream.socket === socket) end(stream);
  });
  socket.on("data", (bytes: Buffer) => {
    waiting = waiting ? Buffer.concat([waiting, bytes]) : bytes;
    const head = waiting.indexOf("\r\n\r\n");
    if (head < 0) return;
    const lines = waiting.toString("latin1", 0, head);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(lines)?.[1] ?? 0);
    if (waiting.length < head + 4 + length) return;
    const body = waiting.toString("latin1", head + 4, head + 4 + length);
    waiting = undefined;
    answer(socket, lines.split(" ", 2)[1] ?? "/", body);
  });
}

net.createServer({ noDelay: true }, serve).listen({ port: Number(Deno.args[0]), host: "127.0.0.1", backlog: 4096 });
