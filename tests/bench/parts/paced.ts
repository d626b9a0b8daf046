/** Streams at the pace of a real model through `/v1`: what a token costs, and how late it comes. */
import { chatRequest, type Load, putLoad } from "../load.ts";
import { quantile } from "../statistics.ts";
import { each, inTurns, type Part } from "../part.ts";
import type { Figure } from "../figure.ts";
import type { Target } from "../target.ts";

const usualConcurrency = [1, 200, 1000];
const tokensEach = 40;
const tokensPerSecond = 20;
/** A thousand connections begin within so long: not all on the same tick. */
const maxRampMs = 2000;
/** Few streams tell little, so they come faster and more often. */
const few = { streams: 10, tokensPerSecond: 80 };

export const paced: Part = {
  name: "paced",
  async run({ options, running, upstream }) {
    const { product, bare } = await running();
    const figures: Figure[] = [];
    for (const connections of options.concurrency ?? usualConcurrency) {
      const [ours = [], theirs = [], direct = []] = await inTurns(
        options.rounds,
        [product, bare, upstream],
        (target) => pace(target, connections),
      );
      const addedMs = (loads: readonly Load[]) =>
        each(loads, direct, (a, d) => firstTokenMs(a, 0.5) - firstTokenMs(d, 0.5));
      const at = `paced, ${connections} streams`;
      figures.push(
        {
          row: 4,
          name: `${at}: CPU per token, against B`,
          unit: "×",
          values: each(ours, theirs, (a, b) => cpuPerTokenUs(a) / cpuPerTokenUs(b)),
          ...connections >= 200 ? { goal: { atMost: 2, stretch: 1.6 } } : {},
        },
        { row: null, name: `${at}: CPU per token`, unit: "µs", values: ours.map(cpuPerTokenUs) },
        {
          row: 2,
          name: `${at}: added time to first token, median, against B's`,
          unit: "×",
          values: each(addedMs(ours), addedMs(theirs), (a, b) => a / b),
          ...connections <= 500 ? { goal: { atMost: 2 } } : {},
        },
        { row: null, name: `${at}: added time to first token, median`, unit: "ms", values: addedMs(ours) },
        {
          row: 5,
          name: `${at}: errors and missing tokens`,
          unit: "",
          values: ours.map(({ errors, answers, tokens }) => errors + answers.length * tokensEach - tokens),
          goal: { atMost: 0 },
        },
        ...connections >= 1000 ? atFullLoad(at, ours) : [],
      );
    }
    return figures;
  },
};

function atFullLoad(at: string, loads: readonly Load[]): Figure[] {
  const late = (share: number) => loads.map(({ tokenAgesMs }) => quantile(tokenAgesMs, share));
  return [
    {
      row: 2,
      name: `${at}: time to first token, p50`,
      unit: "ms",
      values: loads.map((load) => firstTokenMs(load, 0.5)),
      goal: { atMost: 5 },
    },
    {
      row: 2,
      name: `${at}: time to first token, p99`,
      unit: "ms",
      values: loads.map((load) => firstTokenMs(load, 0.99)),
      goal: { atMost: 200 },
    },
    {
      row: 5,
      name: `${at}: processor cores`,
      unit: "",
      values: loads.map(({ cpuUs, seconds }) => cpuUs / 1e6 / seconds),
      goal: { atMost: 0.7 },
    },
    { row: 5, name: `${at}: way of a token, p50`, unit: "ms", values: late(0.5), goal: { atMost: 2 } },
    { row: 5, name: `${at}: way of a token, p99`, unit: "ms", values: late(0.99), goal: { atMost: 30 } },
    { row: null, name: `${at}: memory, peak`, unit: "MB", values: loads.map(({ peakRssMb }) => peakRssMb) },
  ];
}

function pace(target: Target, connections: number): Promise<Load> {
  const isFew = connections <= few.streams;
  const rate = isFew ? few.tokensPerSecond : tokensPerSecond;
  const request = chatRequest(target, `sim-n${tokensEach}-tps${rate}`, true);
  const times = isFew ? Math.ceil(few.streams / connections) : 1;
  return putLoad(target, {
    connections,
    rampMs: Math.min(maxRampMs, connections * 2 + 50),
    async each(send) {
      for (let i = 0; i < times; i++) await send(request);
    },
  });
}

function cpuPerTokenUs({ cpuUs, tokens }: Load): number {
  return cpuUs / tokens;
}

function firstTokenMs({ answers }: Load, share: number): number {
  return quantile(answers.map(({ firstTokenMs }) => firstTokenMs), share);
}
