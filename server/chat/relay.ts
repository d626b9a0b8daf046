/** `/v1`: passes a request to its provider at once, keeps only what it cost, and ends with its client. */
import { costMicroUsd, worstCaseMicroUsd } from "../cost/price.ts";
import { isChatError } from "../domain/error.ts";
import { newId } from "../domain/id.ts";
import type { LedgerStore, Usage } from "../domain/ledger.ts";
import { isRelaying, type Price, ProviderError, type RelayRequest } from "../domain/model.ts";
import { isUnbilled } from "./calls.ts";
import type { RelayedCall, RelayEnding } from "./engine.ts";
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
/** A call that sets nothing aside and lasts longer is noted meanwhile; many begin on one beat, for one commit. */
const noteAfterMs = 100;
const beatMs = 25;
/** What an answer may take where the client sets no limit. */
const unboundedOutputTokens = 32_768;

const quietly: RelayEnding = { onEnd() {}, lastWords: () => null };

/** Throws "over_budget", "invalid" for an unknown model, `ProviderError` when no answer came. */
export async function relay(
  { ledger, models, owner }: RelayOptions,
  caller: { workspace: string; person: string | null },
  { request, signal, ending = quietly }: { request: RelayRequest; signal: AbortSignal; ending?: RelayEnding },
): Promise<RelayedCall> {
  const limit = limitTo(maxCallMs, signal);
  try {
    const relayed = await begin(limit.signal);
    const settled = relayed.settled.finally(limit.end);
    settled.catch(() => {}); // heard by whoever reads to the end; who goes before leaves the worst case booked
    if (relayed.call.whole) {
      await settled;
      ending.onEnd();
      return relayed.call;
    }
    return { ...relayed.call, body: endingAfter(relayed.call, settled, ending) };
  } catch (error) {
    limit.end();
    ending.onEnd();
    throw error;
  }

  async function begin(ended: AbortSignal): Promise<{ call: RelayedCall; settled: Promise<void> }> {
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
    const mine = { owner, leaseMs };
    const reserve = () => ledger.reserveFree(call, reservation, mine);
    let reserved: Promise<void> | undefined;
    // Where nothing is set aside the call does not wait for the disk, and a short one is written once, at its end.
    if (reservation.microUsd > 0) await (reserved = reserve());
    const noting = reserved ? undefined : setTimeout(() => {
      reserved = reserve();
      reserved.catch(() => {}); // heard by whoever settles it
    }, noteAfterMs - performance.now() % beatMs);

    async function book(costMicroUsd: number | null, usage: Usage | null) {
      clearTimeout(noting);
      const settlement = { call: 0, costMicroUsd, usage };
      if (!reserved) return await ledger.bookFree(call, reservation, settlement, mine);
      await reserved;
      await ledger.settleFree(call, settlement);
    }

    async function settle(usage: Usage | null) {
      // Without a word from the provider the worst case of a priced call stays booked.
      if (usage === null && reservation.microUsd > 0) return;
      await book(usage ? costMicroUsd(usage, price) : price ? 0 : null, usage);
    }

    const { provider, model } = choice;
    const body = { ...request.body, model };
    try {
      const relayed = isRelaying(provider)
        ? await provider.relay({ path: request.path, body }, ended)
        : await speakOpenAi(provider, { path: request.path, body }, ended);
      const isRefused = relayed.status >= 400;
      return { call: relayed, settled: relayed.usage.then((usage) => isRefused ? book(0, null) : settle(usage)) };
    } catch (error) {
      // What was sent and not answered may have been billed: then the worst case stays booked.
      if (isUnbilled(error) || !(error instanceof ProviderError)) await book(0, null);
      throw error;
    }
  }
}

/** A signal that follows another one for at most `ms`; `end` lets go of both. */
function limitTo(ms: number, signal: AbortSignal): { readonly signal: AbortSignal; end(): void } {
  const ended = new AbortController();
  const end = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  };
  const abort = () => {
    end();
    ended.abort(signal.reason);
  };
  const timer = setTimeout(abort, ms);
  signal.addEventListener("abort", abort);
  if (signal.aborted) abort();
  return { signal: ended.signal, end };
}

/** The client's stream ends when the ledger knows, so that whoever has the answer can read its price. */
function endingAfter(
  { body, contentType }: RelayedCall,
  settled: Promise<void>,
  { onEnd, lastWords }: RelayEnding,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        await settled;
        controller.close();
      } catch (error) {
        const words = lastWords(error, contentType);
        if (words === null) controller.error(error);
        else {
          controller.enqueue(words);
          controller.close();
        }
      }
      onEnd();
    },
    async cancel(reason) {
      onEnd();
      await reader.cancel(reason);
      await settled;
    },
  }, { highWaterMark: 0 });
}

/** `provider/model`, or a model's own name when a connected provider lists it; the default when none is given. */
async function chooseFor(models: Models, asked: unknown, signal: AbortSignal): Promise<Choice> {
  if (typeof asked !== "string" || asked === "" || asked === "default") return await models.choose(null, null, signal);
  try {
    return await models.resolve(asked, "asked for", signal);
  } catch (error) {
    if (!isChatError(error, "invalid")) throw error;
    const states = await models.states(signal);
    const listed = states.flatMap(({ models }) => models).find(({ id }) => id === asked);
    if (!listed) throw error;
    return await models.resolve(listed.ref, "asked for", signal);
  }
}

function maxOutputOf({ path, body }: RelayRequest): number {
  if (path === "embeddings") return 0;
  const asked = body.max_completion_tokens ?? body.max_tokens;
  const each = typeof asked === "number" && asked > 0 ? asked : unboundedOutputTokens;
  return each * (typeof body.n === "number" && body.n > 1 ? Math.floor(body.n) : 1);
}
