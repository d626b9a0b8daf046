/** Answers in one piece through `/v1`: what a request costs. */
import { chatRequest, type Load, putLoad, repeat } from "../load.ts";
import { quantile } from "../statistics.ts";
import { each, inTurns, type Part } from "../part.ts";

const usualConcurrency = [1, 10, 100];

export const nonstream: Part = {
  name: "nonstream",
  async run({ options, running }) {
    const { product, bare } = await running();
    const figures = [];
    for (const connections of options.concurrency ?? usualConcurrency) {
      const requests = Math.max(connections, Math.min(options.requests, connections * 300));
      const [ours = [], theirs = []] = await inTurns(
        options.rounds,
        [product, bare],
        (target) => putLoad(target, { connections, each: repeat(chatRequest(target, "sim-n32", false), requests) }),
      );
      const at = `non-streaming, ${connections} at once`;
      figures.push(
        {
          row: 1,
          name: `${at}: CPU per request, against B`,
          unit: "×",
          values: each(ours, theirs, (a, b) => cpuPerRequestUs(a) / cpuPerRequestUs(b)),
          goal: { atMost: 2, stretch: 1.5 },
        },
        { row: null, name: `${at}: CPU per request`, unit: "µs", values: ours.map(cpuPerRequestUs) },
        {
          row: null,
          name: `${at}: requests per second, against B`,
          unit: "×",
          values: each(ours, theirs, (a, b) => b.seconds / a.seconds),
        },
        { row: null, name: `${at}: time of a request, p99`, unit: "ms", values: ours.map(p99Ms) },
        { row: 1, name: `${at}: errors`, unit: "", values: ours.map(({ errors }) => errors), goal: { atMost: 0 } },
      );
    }
    return figures;
  },
};

function cpuPerRequestUs({ cpuUs, answers }: Load): number {
  return cpuUs / answers.length;
}

function p99Ms({ answers }: Load): number {
  return quantile(answers.map(({ tookMs }) => tookMs), 0.99);
}
