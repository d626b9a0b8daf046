/** One thing that must pass: a step or a test file, run as a process of its own. */

export interface Failure {
  readonly name: string;
  readonly message: string;
}

export interface Skip {
  readonly name: string;
  /** Undefined: nobody said why. */
  readonly reason: string | undefined;
}

export interface Result {
  readonly job: string;
  readonly passed: number;
  readonly failed: readonly Failure[];
  readonly skipped: readonly Skip[];
  /** The end of what it printed. */
  readonly output: string;
  readonly elapsedMs: number;
}

export interface Job {
  readonly name: string;
  /** Measures time, so nothing may run beside it. */
  readonly isAlone?: boolean;
  run(signal: AbortSignal): Promise<Result>;
}

export interface Ended {
  readonly ok: boolean;
  readonly isLate: boolean;
  readonly output: string;
  readonly elapsedMs: number;
}

const KEPT_CHARS = 64 * 1024;

/**
 * Runs a command with a time limit, in a process group of its own which is ended as a whole, so that no browser
 * or server it has started outlives it. Resolves whatever happens; `output` is stdout and stderr as they came.
 * `env` is the whole environment; without it, ours.
 */
export async function runProcess(
  command: string,
  options: { args: string[]; cwd: URL; env?: Record<string, string>; timeoutMs: number; signal: AbortSignal },
): Promise<Ended> {
  const startedAt = performance.now();
  const child = new Deno.Command(command, {
    args: options.args,
    cwd: options.cwd,
    ...(options.env === undefined ? {} : { env: options.env, clearEnv: true }),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    endGroup(child.pid);
  }, options.timeoutMs);
  const stop = () => endGroup(child.pid);
  options.signal.addEventListener("abort", stop);
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const bytes of stream) {
      output = (output + decoder.decode(bytes, { stream: true })).slice(-KEPT_CHARS);
    }
  };
  const read = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const status = await child.status;
  clearTimeout(timer);
  options.signal.removeEventListener("abort", stop);
  // What is left of the group may hold the pipes open, so it ends before they are read out.
  endGroup(child.pid);
  await read;
  return { ok: status.success && !isLate, isLate, output, elapsedMs: performance.now() - startedAt };
}

function endGroup(pid: number): void {
  try {
    Deno.kill(Deno.build.os === "windows" ? pid : -pid, "SIGKILL");
  } catch (error) {
    // It has ended already.
    if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error;
  }
}
