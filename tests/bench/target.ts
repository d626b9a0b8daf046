/** A server under measurement: started as a process of its own, asked until it answers, and stopped. */
import { openConnection } from "./connection.ts";

export interface Target {
  readonly name: string;
  readonly pid: number;
  readonly hostname: string;
  readonly port: number;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Before a scripted model's name: the product wants to know whose it is. */
  readonly modelPrefix: string;
  /** From its start to the first answer. */
  readonly startMs: number;
  stop(): Promise<void>;
}

export interface TargetOptions {
  readonly name: string;
  /** Of `deno`. */
  readonly args: readonly string[];
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly modelPrefix?: string;
  /** What answers 200 when it is ready. */
  readonly readyPath?: string;
}

const hostname = "127.0.0.1";
const startTimeoutMs = 60_000;
const askEveryMs = 1;
const stopTimeoutMs = 15_000;

/** Throws when it ends or does not answer in time. */
export async function startTarget(options: TargetOptions): Promise<Target> {
  const { name, port, args, env = {}, headers = {}, modelPrefix = "", readyPath = "/readyz" } = options;
  const startedMs = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const ended = { isEnded: false };
  child.status.then(() => ended.isEnded = true);

  async function stop(): Promise<void> {
    if (!ended.isEnded) child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    await child.status;
    clearTimeout(late);
  }

  const request = requestOf({ hostname, port, headers }, { method: "GET", path: readyPath });
  for (;;) {
    const connection = openConnection({ hostname, port });
    const { status } = await connection.send(request);
    connection.close();
    const startMs = performance.now() - startedMs;
    if (status === 200) return { name, pid: child.pid, hostname, port, headers, modelPrefix, startMs, stop };
    if (ended.isEnded) throw new Error(`Cannot measure "${name}": it ended before it answered`);
    if (startMs > startTimeoutMs) {
      await stop();
      throw new Error(`Cannot measure "${name}": it did not answer within ${startTimeoutMs} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}

/** The bytes of a request, made once and sent many times. */
export function requestOf(
  { hostname, port, headers }: Pick<Target, "hostname" | "port" | "headers">,
  { method, path, body }: { method: "GET" | "POST"; path: string; body?: Readonly<Record<string, unknown>> },
): Uint8Array {
  const bytes = new TextEncoder().encode(body ? JSON.stringify(body) : "");
  const all = { host: `${hostname}:${port}`, "content-type": "application/json", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = new TextEncoder().encode(
    `${method} ${path} HTTP/1.1\r\n${lines}content-length: ${bytes.length}\r\n\r\n`,
  );
  const request = new Uint8Array(head.length + bytes.length);
  request.set(head);
  request.set(bytes, head.length);
  return request;
}

/** A port that was free a moment ago. */
export function freePort(): number {
  const listener = Deno.listen({ hostname, port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
