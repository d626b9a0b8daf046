/** Streams as fast as the model server writes, through `/v1`: how much goes through, and that nothing is asked twice. */
import { readCounts } from "../counts.ts";
import { chatRequest, type Load, putLoad, repeat } from "../load.ts";
import { each, inTurns, type Part } from "../part.ts";

const usualConcurrency = [20, 200];
const tokensEach = 256;

export const burst: Part = {
  name: "burst",
  async run({ options, running, upstream }) {
    const { product, bare } = await running();
    const figures = [];
    for (const connections of options.concurrency ?? usualConcurrency) {
      const streams = Math.max(connections, Math.min(Math.ceil(options.requests / 2), connections * 60));
      const [ours = [], theirs = []] = await inTurns(options.rounds, [product, bare], async (target) => {
        const { posts } = await readCounts(upstream);
        const load = await putLoad(target, {
          connections,
          each: repeat(chatRequest(target, `sim-n${tokensEach}`, true), streams),
        });
        return { ...load, posts: (await readCounts(upstream)).posts - posts };
      });
      const at = `burst, ${connections} at once`;
      figures.push(
        {
          row: 3,
          name: `${at}: tokens per second, against B`,
          unit: "×",
          values: each(ours, theirs, (a, b) => perSecond(a) / perSecond(b)),
          goal: { atLeast: 1.5, stretch: 2 },
        },
        { row: null, name: `${at}: tokens per second`, unit: "", values: ours.map(perSecond) },
        {
          row: null,
          name: `${at}: CPU per token`,
          unit: "µs",
          values: ours.map(({ cpuUs, tokens }) => cpuUs / tokens),
        },
        {
          row: null,
          name: `${at}: CPU per token, against B`,
          unit: "×",
          values: each(ours, theirs, (a, b) => a.cpuUs / a.tokens / (b.cpuUs / b.tokens)),
        },
        {
          row: 3,
          name: `${at}: POSTs for each request`,
          unit: "",
          values: ours.map(({ posts, answers }) => posts / answers.length),
          goal: { atMost: 1 },
        },
        {
          row: 3,
          name: `${at}: errors and missing tokens`,
          unit: "",
          values: ours.map(({ errors, answers, tokens }) => errors + answers.length * tokensEach - tokens),
          goal: { atMost: 0 },
        },
      );
    }
    return figures;
  },
};

function perSecond({ tokens, seconds }: Load): number {
  return tokens / seconds;
}
