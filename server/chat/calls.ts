/** The calls of one attempt at a turn: each is reserved before it is made and settled whatever becomes of it. */
import { costMicroUsd, worstCaseMicroUsd } from "../cost/price.ts";
import type { LedgerStore, Purpose, Usage } from "../domain/ledger.ts";
import { type ModelEvent, type Prompt, ProviderError, type ProviderFault } from "../domain/model.ts";
import type { Claim, Settlement } from "../domain/turn.ts";
import type { Choice } from "./models.ts";
import { tokenBound } from "./tokens.ts";

/** For the count where a provider reports nothing. */
const bytesPerToken = 4;
/** No model that keeps to its limit says so much; one that does not is cut. */
const maxAnswerBytes = 1_000_000;
const unbilled: readonly ProviderFault[] = [
  ...["wrong_key", "no_credit", "unknown_model", "rate_limited", "overloaded"] as const,
  ...["unreachable", "refused", "context_too_long"] as const,
];

/** A refusal: the model has read nothing, so nothing is billed. */
export function isUnbilled(error: unknown): boolean {
  return error instanceof ProviderError && unbilled.includes(error.fault);
}

export interface Call {
  /** One request, sent once; nothing is sent before the first read. */
  events(signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** What is known by now, reported or counted by us. */
  usage(): Usage;
  costMicroUsd(): number | null;
}

/** Counts the calls of one claim from 0; `settlements` says what all of them have cost by now. */
export function openCalls(ledger: LedgerStore, claim: Claim, purpose: Purpose) {
  const calls: (Settlement & { readonly call: number })[] = [];

  return {
    settlements: (): readonly Settlement[] =>
      calls.map(({ call, costMicroUsd, usage }) => ({ call, costMicroUsd, usage })),
    /** Throws `ChatError` "over_budget" or "lease_lost"; then nothing was called. */
    async reserve(choice: Choice, prompt: Prompt, promptTokens: number): Promise<Call> {
      const call = calls.length;
      const { provider, ref, info } = choice;
      const price = provider.isLocal ? { input: 0, cachedInput: 0, output: 0 } : info?.price ?? null;
      const microUsd = worstCaseMicroUsd(promptTokens, prompt.maxOutputTokens, price);
      await ledger.reserve(claim, { call, purpose, model: ref, microUsd });
      let reported: Usage | undefined;
      let isSent = false;
      let bytes = 0;

      function usage(): Usage {
        if (reported) return reported;
        const outputTokens = Math.ceil(bytes / bytesPerToken);
        return {
          inputTokens: isSent ? promptTokens : 0,
          outputTokens,
          cachedInputTokens: 0,
          reasoningTokens: 0,
          isReported: false,
        };
      }

      calls.push({
        call,
        get usage() {
          return usage();
        },
        get costMicroUsd() {
          return costMicroUsd(usage(), price);
        },
      });
      return {
        usage,
        costMicroUsd: () => costMicroUsd(usage(), price),
        async *events(signal) {
          if (signal.aborted) return;
          isSent = true;
          const requestId = `${claim.turn}.${claim.attempt}.${call}`;
          try {
            for await (const event of provider.generate({ ...prompt, requestId }, signal)) {
              if (event.type === "usage") reported = event.usage;
              else if (event.type !== "finish") bytes += tokenBound(event.text);
              yield event;
              if (bytes > maxAnswerBytes) {
                throw new ProviderError("malformed", `${ref} did not stop, so its answer was cut after a megabyte`);
              }
            }
          } catch (error) {
            if (isUnbilled(error) && bytes === 0) isSent = false;
            throw error;
          }
        },
      };
    },
  };
}
