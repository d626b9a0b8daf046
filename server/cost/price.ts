/** What calls cost: from usage and price to integer micro-dollars, always rounded up. */
import type { Usage } from "../domain/ledger.ts";
import type { Price } from "../domain/model.ts";

/** The provider's own word first, then our price; null when neither is known. */
export function costMicroUsd(usage: Usage, price: Price | null): number | null {
  if (usage.costMicroUsd !== undefined) return usage.costMicroUsd;
  if (!price) return null;
  const fresh = Math.max(0, usage.inputTokens - usage.cachedInputTokens);
  return perMillion(
    fresh * price.input + usage.cachedInputTokens * price.cachedInput + usage.outputTokens * price.output,
  );
}

/** The most that a call can cost; 0 where the price is unknown. */
export function worstCaseMicroUsd(inputTokens: number, maxOutputTokens: number, price: Price | null): number {
  return price
    ? perMillion(inputTokens * Math.max(price.input, price.cachedInput) + maxOutputTokens * price.output)
    : 0;
}

function perMillion(microUsd: number): number {
  return Math.ceil(microUsd / 1_000_000);
}
