/** The real program as a process of its own, over a data folder and a model server, that can be killed. */
import { setTimeout as pause } from "node:timers/promises";

export interface ServerProcess {
  readonly url: string;
  /** Asks it to end; resolves with its exit code when it is gone. */
  stop(signal: "SIGTERM" | "SIGINT"): Promise<number>;
  /** Everything it has printed. */
  printed(): string;
  /** `kill -9`; resolves when it is gone. */
  kill(): Promise<void>;
}

const root = new URL("../../", import.meta.url);
const startTimeoutMs = 30_000;

export interface ServerOptions {
  readonly dataFolder: string;
  /** Connected as a llama.cpp of this machine; without it nothing is. */
  readonly modelServer?: string;
  readonly model?: string;
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Throws with what was printed when it does not start. */
export async function startServer({ dataFolder, modelServer, model, env }: ServerOptions): Promise<ServerProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "main.ts", "serve"],
    cwd: root,
    env: {
      ...systemEnvironment(),
      ...{ WHISPER_DATA: dataFolder, WHISPER_PORT: "0", WHISPER_HOST: "127.0.0.1", BROWSER: "none" },
      ...modelServer === undefined ? {} : { LLAMACPP_BASE_URL: modelServer },
      ...model === undefined ? {} : { WHISPER_MODEL: `llamacpp/${model}` },
      ...env,
    },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let printed = "";
  async function collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) printed = (printed + piece).slice(-20_000);
  }
  const read = Promise.all([collect(child.stdout), collect(child.stderr)]);
  let isOver = false;
  const status = child.status.then(({ code }) => {
    isOver = true;
    return code;
  });

  async function kill() {
    if (!isOver) child.kill("SIGKILL");
    await Promise.all([status, read]);
  }

  async function stop(signal: "SIGTERM" | "SIGINT") {
    child.kill(signal);
    const code = await status;
    await read;
    return code;
  }

  const until = performance.now() + startTimeoutMs;
  while (!isOver && performance.now() < until) {
    const url = await announcedUrl(dataFolder, child.pid);
    if (url) return { url, kill, stop, printed: () => printed };
    await pause(10);
  }
  await kill();
  throw new Error(`Cannot start the server: ${printed}`);
}

function systemEnvironment(): Record<string, string> {
  const kept = Object.entries(Deno.env.toObject());
  return Object.fromEntries(
    kept.filter(([name]) => /^(PATH|HOME|DENO_DIR|TMPDIR|TEMP|SYSTEMROOT|USERPROFILE)$/i.test(name)),
  );
}

/** What this process has written into `server.json`; one of an earlier process does not count. */
async function announcedUrl(dataFolder: string, pid: number): Promise<string | undefined> {
  try {
    const announced = JSON.parse(await Deno.readTextFile(`${dataFolder}/server.json`));
    return announced.pid === pid ? String(announced.url) : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return;
    throw error;
  }
}
