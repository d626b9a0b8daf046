/** Load on one target: many connections at once, and what the target's process has spent on them. */
import { type Answered, type Connection, type Heard, openConnection } from "./connection.ts";
import { cpuUsOf, rssMbOf } from "./process_cost.ts";
import { requestOf, type Target } from "./target.ts";

export interface Load {
  readonly answers: readonly Answered[];
  readonly tokenAgesMs: readonly number[];
  readonly tokens: number;
  /** Answers that were not a whole 200. */
  readonly errors: number;
  readonly seconds: number;
  /** Of the target's processes. */
  readonly cpuUs: number;
  readonly peakRssMb: number;
}

export interface LoadOptions {
  readonly connections: number;
  /** Between the first connection's beginning and the last one's. */
  readonly rampMs?: number;
  /** What one connection does, one request after another; `next` is false when there is no more to do. */
  readonly each: (send: (request: Uint8Array, timed?: number) => Promise<Answered>, index: number) => Promise<void>;
}

const sampleRssMs = 200;

/** An OpenAI client's chat request. */
export function chatRequest(target: Target, model: string, stream: boolean): Uint8Array {
  return requestOf(target, {
    method: "POST",
    path: "/v1/chat/completions",
    body: {
      model: `${target.modelPrefix}${model}`,
      stream,
      ...stream ? { stream_options: { include_usage: true } } : {},
      messages: [
        { role: "system", content: "You are a helpful assistant." },
        { role: "user", content: "Hello, tell me about streaming." },
      ],
    },
  });
}

export async function putLoad(target: Target, { connections, rampMs = 0, each }: LoadOptions): Promise<Load> {
  const heard: Heard = { tokenAgesMs: [] };
  const answers: Answered[] = [];
  let peakRssMb = rssMbOf(target.pid);
  const sampling = setInterval(() => peakRssMb = Math.max(peakRssMb, rssMbOf(target.pid)), sampleRssMs);
  const cpuBeforeUs = cpuUsOf(target.pid);
  const startedMs = performance.now();

  async function connect(index: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, rampMs * index / connections));
    const connection: Connection = openConnection(target);
    await each(async (request, timed) => {
      const answer = await connection.send(request, heard, timed);
      answers.push(answer);
      return answer;
    }, index);
    connection.close();
  }

  await Promise.all(Array.from({ length: connections }, (_, index) => connect(index)));
  const seconds = (performance.now() - startedMs) / 1000;
  const cpuUs = cpuUsOf(target.pid) - cpuBeforeUs;
  clearInterval(sampling);
  return {
    ...{ answers, seconds, cpuUs, peakRssMb },
    tokenAgesMs: heard.tokenAgesMs,
    tokens: answers.reduce((sum, { tokens }) => sum + tokens, 0),
    errors: answers.filter(({ status, failure }) => status !== 200 || failure !== null).length,
  };
}

/** The same request again and again, `requests` in all. */
export function repeat(request: Uint8Array, requests: number): LoadOptions["each"] {
  let left = requests;
  return async (send) => {
    while (left-- > 0) await send(request);
  };
}

/** So that neither compiling nor connecting is measured. Throws when the target does not answer as it should. */
export async function warmUp(target: Target): Promise<void> {
  for (const [model, stream] of [["sim-n32", false], ["sim-n64", true], ["sim-n20-tps200", true]] as const) {
    const { errors, answers } = await putLoad(target, {
      connections: 10,
      each: repeat(chatRequest(target, model, stream), 200),
    });
    if (errors === 0) continue;
    const wrong = answers.find(({ status, failure }) => status !== 200 || failure !== null);
    throw new Error(
      `Cannot measure "${target.name}": ${errors} of ${answers.length} requests failed while it was warmed up: ` +
        `${wrong?.failure ?? `${wrong?.status} ${wrong?.beginning}`}`,
    );
  }
}
