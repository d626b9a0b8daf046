/** `/api/chat` beside `/v1` of the same process: what it costs that every piece is stored before it is shown. */
import { type Load, putLoad } from "../load.ts";
import { each, type Part } from "../part.ts";
import { median } from "../statistics.ts";
import { requestOf, type Target } from "../target.ts";

/** Fewer than the answers that the smallest tier makes at once, so that none waits for another. */
const usualStreams = 16;
const tokensEach = 200;
const tokensPerSecond = 20;
const model = `sim-n${tokensEach}-tps${tokensPerSecond}`;

export const durable: Part = {
  name: "durable",
  async run({ options, running }) {
    const { product } = await running();
    const streams = options.concurrency?.[0] ?? usualStreams;
    const conversations = await startConversations(product, streams);
    const ours: Load[] = [];
    const relayed: Load[] = [];
    for (let round = 0; round < options.rounds; round++) {
      ours.push(await pace(product, conversations.map((id) => said(product, id, model)), tokensEach));
      relayed.push(await pace(product, conversations.map(() => relayedRequest(product)), tokensEach));
    }
    return [
      {
        row: 10,
        name: `durable, ${streams} streams: CPU per token, against /v1`,
        unit: "×",
        // The last event has the whole answer once more, so its tokens count twice.
        values: each(ours, relayed, (a, b) => 2 * a.cpuUs / a.tokens / (b.cpuUs / b.tokens)),
        goal: { atMost: 1.6 },
      },
      {
        row: null,
        name: `durable, ${streams} streams: CPU per token`,
        unit: "µs",
        values: ours.map(({ cpuUs, tokens }) => 2 * cpuUs / tokens),
      },
      {
        row: 10,
        name: `durable, ${streams} streams: delay added by storing first, p50`,
        unit: "ms",
        values: each(ours, relayed, (a, b) => median(a.tokenAgesMs) - median(b.tokenAgesMs)),
        goal: { atMost: 30 },
      },
      {
        row: 10,
        name: `durable, ${streams} streams: errors and missing tokens`,
        unit: "",
        values: ours.map(({ errors, answers, tokens }) => errors + Math.abs(answers.length * tokensEach * 2 - tokens)),
        goal: { atMost: 0 },
      },
    ];
  },
};

/** Each with its first answer and its title, which the measured ones go on with. */
async function startConversations(product: Target, streams: number): Promise<string[]> {
  const ids: string[] = [];
  await putLoad(product, {
    connections: streams,
    async each(send) {
      const { beginning } = await send(said(product, null, "sim-n8"));
      const id = /"conversation_id":"([\w-]+)"/.exec(beginning)?.[1];
      if (id === undefined) throw new Error(`Cannot begin a conversation: the answer was ${beginning}`);
      ids.push(id);
    },
  });
  return ids;
}

function said(product: Target, conversation: string | null, model: string): Uint8Array {
  return requestOf(product, {
    method: "POST",
    path: "/api/chat",
    body: {
      message: "Hello, tell me about streaming.",
      model: `${product.modelPrefix}${model}`,
      stream: true,
      ...conversation ? { conversation_id: conversation } : {},
    },
  });
}

function relayedRequest(product: Target): Uint8Array {
  return requestOf(product, {
    method: "POST",
    path: "/v1/chat/completions",
    body: {
      model: `${product.modelPrefix}${model}`,
      stream: true,
      messages: [{ role: "user", content: "Hello, tell me about streaming." }],
    },
  });
}

function pace(product: Target, requests: readonly Uint8Array[], timed: number): Promise<Load> {
  return putLoad(product, {
    connections: requests.length,
    rampMs: 500,
    async each(send, index) {
      const request = requests[index];
      if (request) await send(request, timed);
    },
  });
}
