/** All clients go away at once: how soon the model server is left alone. */
import { openAndLeave } from "../open_streams.ts";
import { inTurns, type Part } from "../part.ts";

const usualStreams = 1000;

export const abort: Part = {
  name: "abort",
  async run({ options, running, upstream }) {
    const { product, bare } = await running();
    const streams = options.concurrency?.at(-1) ?? usualStreams;
    const [ours = [], theirs = []] = await inTurns(
      options.rounds,
      [product, bare],
      (target) => openAndLeave(target, upstream, streams),
    );
    return [
      {
        row: 7,
        name: `abort: ${streams} clients gone, all streams of the model server closed`,
        unit: "ms",
        values: ours.map(({ closedMs }) => closedMs),
        goal: { atMost: 250 },
      },
      { row: null, name: "abort: the same through B", unit: "ms", values: theirs.map(({ closedMs }) => closedMs) },
      {
        row: 7,
        name: "abort: streams refused",
        unit: "",
        values: ours.map(({ opened }) => streams - opened),
        goal: { atMost: 0 },
      },
    ];
  },
};
