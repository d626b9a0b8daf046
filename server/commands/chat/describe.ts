/** Answers, failures, tokens and costs in words. */
import type { WireReply, WireStreamError } from "../../domain/wire.ts";
import { safeLine } from "./safe_text.ts";

/** What is said below an answer: what was noticed, who answered, what it took. */
export function describeReply({ model, usage, notices, state }: WireReply): string {
  const facts = [
    ...(state === "stopped" ? ["stopped"] : []),
    ...(model === null ? [] : [safeLine(model)]),
    ...(usage.input_tokens + usage.output_tokens > 0 ? [describeTokens(usage.input_tokens, usage.output_tokens)] : []),
    ...(usage.input_tokens + usage.output_tokens > 0 ? [describeCost(usage.cost_usd)] : []),
  ];
  return [...notices.map(safeLine), facts.join(" · ")].join("\n");
}

/** What is said in place of an answer, or below the part that came. */
export function describeFailure({ message }: WireStreamError): string {
  return safeLine(message).replace(/\.?$/, ".");
}

export function describeTokens(input: number, output: number): string {
  return `${input.toLocaleString("en")} tokens in, ${output.toLocaleString("en")} out`;
}

/** Null: the price is not known. */
export function describeCost(costUsd: number | null): string {
  if (costUsd === null) return "cost unknown";
  return costUsd === 0 ? "no cost" : `$${costUsd.toFixed(costUsd < 0.01 ? 6 : 2)}`;
}
