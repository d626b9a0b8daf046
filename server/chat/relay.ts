/** `/v1`: passes a request to its provider at once, keeps only what it cost, and ends with its client. */
import { costMicroUsd, worstCaseMicroUsd } from "../cost/price.ts";
import { newId } from "../domain/id.ts";
import type { LedgerStore, Usage } from "../domain/ledger.ts";
import { isRelaying, type Price, ProviderError, type RelayRequest } from "../domain/model.ts";
import { isUnbilled } from "./calls.ts";
import type { RelayedCall } from "./engine.ts";
import type { Choice, Models } from "./models.ts";
import { speakOpenAi } from "./speak_openai.ts";
import { tokenBound } from "./tokens.ts";

export interface RelayOptions {
  readonly ledger: LedgerStore;
  readonly models: Models;
  readonly owner: string;
}

/** A relayed call is ended after so long; its reservation lives a little longer. */
const maxCallMs = 30 * 60_000;
const leaseMs = maxCallMs + 60_000;
/** What an answer may take where the client sets no limit. */
const unboundedOutputTokens = 32_768;

/** Throws "over_budget", "invalid" for an unknown model, `ProviderError` when no answer came. */
export async function relay(
  { ledger, models, owner }: RelayOptions,
  caller: { workspace: string; person: string | null },
  { request, signal }: { request: RelayRequest; signal: AbortSignal },
): Promise<RelayedCall> {
  const ended = AbortSignal.any([signal, AbortSignal.timeout(maxCallMs)]);
  const choice = await chooseFor(models, request.body.model, ended);
  const price: Price | null = choice.provider.isLocal
    ? { input: 0, cachedInput: 0, output: 0 }
    : choice.info?.price ?? null;
  const call = { ...caller, id: newId() };
  const promptTokens = tokenBound(JSON.stringify(request.body.messages ?? request.body.input ?? ""));
  const reservation = {
    call: 0,
    purpose: request.path === "embeddings" ? "embedding" as const : "relay" as const,
    model: choice.ref,
    microUsd: worstCaseMicroUsd(promptTokens, maxOutputOf(request), price),
  };
  await ledger.reserveFree(call, reservation, { owner, leaseMs });

  async function settle(usage: Usage | null) {
    // Without a word from the provider the worst case of a priced call stays booked.
    if (usage === null && reservation.microUsd > 0) return;
    await ledger.settleFree(call, {
      call: 0,
      costMicroUsd: usage ? costMicroUsd(usage, price) : price ? 0 : null,
      usage,
    });
  }

  const { provider, model } = choice;
  const body = { ...request.body, model };
  try {
    const relayed = isRelaying(provider)
      ? await provider.relay({ path: request.path, body }, ended)
      : await speakOpenAi(provider, { path: request.path, body }, ended);
    const isRefused = relayed.status >= 400;
    const settled = relayed.usage.then((usage) => isRefused ? refuse() : settle(usage));
    settled.catch(() => {}); // heard by whoever reads to the end; who goes before leaves the worst case booked
    return { ...relayed, body: endingAfter(relayed.body, settled) };
  } catch (error) {
    // What was sent and not answered may have been billed: then the worst case stays booked.
    if (isUnbilled(error) || !(error instanceof ProviderError)) await refuse();
    throw error;
  }

  async function refuse() {
    await ledger.settleFree(call, { call: 0, costMicroUsd: 0, usage: null });
  }
}

/** The client's stream ends when the ledger knows, so that whoever has the answer can read its price. */
function endingAfter(body: ReadableStream<Uint8Array>, settled: Promise<void>): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value as Uint8Array<ArrayBuffer>);
      await settled;
      controller.close();
      controller.byobRequest?.respond(0);
    },
    async cancel(reason) {
      await reader.cancel(reason);
      await settled;
    },
  });
}

/** `provider/model`, or a model's own name when a connected provider lists it; the default when none is given. */
async function chooseFor(models: Models, asked: unknown, signal: AbortSignal): Promise<Choice> {
  if (typeof asked !== "string" || asked === "" || asked === "default") return await models.choose(null, null, signal);
  const states = await models.states(signal);
  if (!states.some(({ state }) => asked.startsWith(`${state.name}/`))) {
    const listed = states.flatMap(({ models }) => models).find(({ id }) => id === asked);
    if (listed) return await models.resolve(listed.ref, "asked for", signal);
  }
  return await models.resolve(asked, "asked for", signal);
}

function maxOutputOf({ path, body }: RelayRequest): number {
  if (path === "embeddings") return 0;
  const asked = body.max_completion_tokens ?? body.max_tokens;
  const each = typeof asked === "number" && asked > 0 ? asked : unboundedOutputTokens;
  return each * (typeof body.n === "number" && body.n > 1 ? Math.floor(body.n) : 1);
}
