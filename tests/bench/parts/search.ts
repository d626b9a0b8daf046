/** Full-text search among a million messages, for one person and for all, for common and rare words. */
import { manyMessages, workspace } from "../many_messages.ts";
import type { Part } from "../part.ts";
import { median, quantile } from "../statistics.ts";
import { timesMs } from "../timings.ts";

const searchesEachRound = 100;

export const search: Part = {
  name: "search",
  async run({ options, folder }) {
    const { store, words, person } = await manyMessages(folder, options.messages);
    const at = `search, ${options.messages.toLocaleString("en")} messages`;
    const figures = [];
    for (
      const [name, viewer] of [["one person", { workspace, person }], ["all", { workspace, person: null }]] as const
    ) {
      for (const [kind, word] of Object.entries(words)) {
        const rounds: number[][] = [];
        for (let round = 0; round < options.rounds; round++) {
          rounds.push(
            await timesMs(
              searchesEachRound,
              () => store.conversations.search(viewer, word, { limit: 20, cursor: null }),
            ),
          );
        }
        figures.push({
          row: 9,
          name: `${at}: a ${kind} word of ${name}, p50`,
          unit: "ms",
          values: rounds.map(median),
          ...kind === "common" && name === "one person" ? { goal: { atMost: 5 } } : {},
        }, {
          row: null,
          name: `${at}: a ${kind} word of ${name}, p99`,
          unit: "ms",
          values: rounds.map((times) => quantile(times, 0.99)),
        });
      }
    }
    return figures;
  },
};
