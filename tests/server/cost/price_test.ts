/** Costs are whole micro-dollars, rounded up, and never above what was reserved for the worst case. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { costMicroUsd, worstCaseMicroUsd } from "../../../server/cost/price.ts";

const price = fc.record({ input: fc.nat(50_000_000), cachedInput: fc.nat(50_000_000), output: fc.nat(200_000_000) });
const tokens = fc.nat(2_000_000);

Deno.test("no call that keeps to its limits costs more than its worst case", () => {
  fc.assert(
    fc.property(price, tokens, tokens, tokens, (price, input, cached, output) => {
      const usage = {
        inputTokens: input,
        cachedInputTokens: Math.min(cached, input),
        outputTokens: output,
        reasoningTokens: 0,
        isReported: true,
      };
      const cost = costMicroUsd(usage, price)!;
      assert.ok(Number.isSafeInteger(cost) && cost >= 0);
      assert.ok(cost <= worstCaseMicroUsd(input, output, price));
      const exact = (input - usage.cachedInputTokens) * price.input + usage.cachedInputTokens * price.cachedInput +
        output * price.output;
      assert.ok(cost * 1_000_000 >= exact && (cost - 1) * 1_000_000 < exact);
    }),
  );
});

Deno.test("the provider's own word counts before our price, and without either the cost is unknown", () => {
  const usage = { inputTokens: 1, outputTokens: 1, cachedInputTokens: 0, reasoningTokens: 0, isReported: true };
  const price = { input: 1, cachedInput: 1, output: 1 };
  assert.equal(costMicroUsd({ ...usage, costMicroUsd: 7 }, price), 7);
  assert.equal(costMicroUsd(usage, price), 1); // a part of a micro-dollar is one
  assert.equal(costMicroUsd(usage, null), null);
  assert.equal(worstCaseMicroUsd(1000, 1000, null), 0);
  assert.equal(costMicroUsd({ ...usage, cachedInputTokens: 5 }, { input: 1e6, cachedInput: 0, output: 0 }), 0);
});
