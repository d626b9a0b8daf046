/** A thousand open streams: the memory they take, and that ten times a thousand take no more. */
import { openAndLeave } from "../open_streams.ts";
import type { Part } from "../part.ts";
import { freePort } from "../target.ts";
import { warmUp } from "../load.ts";

const usualStreams = 1000;
const cycles = 10;
/** The first cycles fill what is kept for reuse. */
const settlingCycles = 2;

export const idle: Part = {
  name: "idle",
  async run({ options, product, upstream }) {
    const streams = options.concurrency?.at(-1) ?? usualStreams;
    const target = await product.start({ port: freePort(), upstream: `http://${upstream.hostname}:${upstream.port}` });
    await warmUp(target);
    const seen = [];
    for (let cycle = 0; cycle < cycles; cycle++) seen.push(await openAndLeave(target, upstream, streams));
    await target.stop();
    const settled = seen[settlingCycles]?.rssOpenMb ?? NaN;
    return [
      {
        row: 6,
        name: "idle: memory per 1,000 open streams",
        unit: "MB",
        values: seen.slice(0, 1).map(({ rssOpenMb, rssBeforeMb }) => (rssOpenMb - rssBeforeMb) * 1000 / streams),
        goal: { atMost: 110, stretch: 60 },
      },
      {
        row: 6,
        name: `idle: memory with ${streams} streams open, tenth time against the third`,
        unit: "×",
        values: [(seen.at(-1)?.rssOpenMb ?? NaN) / settled],
        goal: { atMost: 1.1 },
      },
      {
        row: null,
        name: `idle: memory with ${streams} streams open`,
        unit: "MB",
        values: seen.map(({ rssOpenMb }) => rssOpenMb),
      },
      {
        row: 6,
        name: "idle: streams refused",
        unit: "",
        values: seen.map(({ opened }) => streams - opened),
        goal: { atMost: 0 },
      },
    ];
  },
};
