/** What a call used, from each server's way to say it. */
import type { Usage } from "../../../server/domain/ledger.ts";
import { count, fields } from "./json.ts";

/**
 * Of an answer or a stream's event in OpenAI's shape. Undefined where nothing sound is said.
 * llama.cpp says in `timings.cache_n` what it had read before; DeepSeek in `prompt_cache_hit_tokens`. OpenRouter's
 * `cost` is in dollars; with a key of one's own (`is_byok`) it is only its fee, and what the provider takes comes on top.
 */
export function decodeUsage(event: unknown, { reportsCost }: { reportsCost: boolean }): Usage | undefined {
  const usage = fields(fields(event).usage);
  const inputTokens = count(usage.prompt_tokens);
  // Embeddings have no output.
  const outputTokens = count(usage.completion_tokens ?? 0);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const cached = count(fields(usage.prompt_tokens_details).cached_tokens) ??
    count(usage.prompt_cache_hit_tokens) ?? count(fields(fields(event).timings).cache_n) ?? 0;
  const reasoning = count(fields(usage.completion_tokens_details).reasoning_tokens) ?? 0;
  const costMicroUsd = reportsCost ? costOf(usage) : undefined;
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: Math.min(cached, inputTokens),
    reasoningTokens: Math.min(reasoning, outputTokens),
    isReported: true,
    ...(costMicroUsd === undefined ? {} : { costMicroUsd }),
  };
}

/** Of the last line of Ollama's `/api/chat`. Undefined where a count is missing, as it was for prompts in the cache. */
export function decodeOllamaUsage(line: unknown): Usage | undefined {
  const { prompt_eval_count, eval_count } = fields(line);
  const inputTokens = count(prompt_eval_count);
  const outputTokens = count(eval_count);
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  return { inputTokens, outputTokens, cachedInputTokens: 0, reasoningTokens: 0, isReported: true };
}

function costOf(usage: Readonly<Record<string, unknown>>): number | undefined {
  const fee = dollars(usage.cost);
  if (fee === undefined || usage.is_byok !== true) return fee;
  const upstream = dollars(fields(usage.cost_details).upstream_inference_cost);
  return upstream === undefined ? undefined : fee + upstream;
}

/** Rounded up, so that the ledger never says too little; past the sixth digit only noise is left out. */
function dollars(value: unknown): number | undefined {
  if (typeof value !== "number" || !Number.isFinite(value) || value < 0 || value > 1e6) return undefined;
  return Math.ceil(Number((value * 1e6).toFixed(3)));
}
