/** One whole turn without its pieces, straight through the store: what the bookkeeping costs. */
import process from "node:process";
import { open } from "../../../adapters/stores/sqlite/open.ts";
import type { DeliveryClaim } from "../../../server/domain/delivery.ts";
import { newId } from "../../../server/domain/id.ts";
import type { Claim, EndPolicy } from "../../../server/domain/turn.ts";
import type { Part } from "../part.ts";

const width = 64;
const turnsEachRound = 2000;
const [owner, leaseMs] = ["bench", 600_000];
const answerText = "A piece of text that is as long as sixty characters or so... ".repeat(20);
const policy: EndPolicy = {
  maxTries: 5,
  failureNotice: "No answer could be made",
  render: (_platform, text) => [text],
  continuesByItself: () => true,
};
const steps = ["receive", "claim", "reserve", "finish", "claim the delivery", "record the delivery"] as const;

export const turn: Part = {
  name: "turn",
  async run({ options, folder }) {
    const store = await open({ file: `${folder}/turns/turns.sqlite` });
    const model = "local/model";

    const receive = (i: number) =>
      store.turns.accept({
        ...{ workspace: "bench", platform: "simulated", externalId: newId(), attachments: [], addressed: true },
        author: { identity: `simulated:${i % 100}`, name: "User", isBot: false },
        text: "A question as people ask them.",
        place: `simulated:${newId()}`,
        ...{ conversation: null, replaces: null, model: null, allowOutside: false },
      }, { viewer: null, asksOutside: false });

    /** CPU of each step, in microseconds a turn. */
    async function round(turns: number): Promise<number[]> {
      const claims: Claim[] = [];
      const posts: DeliveryClaim[] = [];
      const work = [
        (i: number) => receive(i),
        async () => {
          const claim = await store.turns.claim({ owner, leaseMs, background: false });
          if (claim) claims.push(claim);
        },
        (i: number) => store.ledger.reserve(one(claims, i), { call: 0, purpose: "answer", model, microUsd: 100 }),
        (i: number) =>
          store.turns.finish(one(claims, i), { state: "done", text: answerText }, [
            { call: 0, costMicroUsd: 50, usage: null },
          ], policy),
        async () => {
          const claim = await store.deliveries.claim({ owner, leaseMs });
          if (claim) posts.push(claim);
        },
        (i: number) => store.deliveries.record(one(posts, i), { state: "sent", ref: `ref-${i}` }, null),
      ];
      const costs = [];
      for (const step of work) costs.push(await cpuUsOf(turns, step));
      if (posts.length !== turns) throw new Error(`Cannot measure turns: ${posts.length} of ${turns} were answered`);
      return costs;
    }

    await round(200);
    const rounds: number[][] = [];
    for (let i = 0; i < options.rounds; i++) rounds.push(await round(turnsEachRound));
    await store.close();
    return [
      {
        row: 11,
        name: `turn: CPU of a whole one without its pieces, ${width} at once`,
        unit: "ms",
        values: rounds.map((costs) => costs.reduce((a, b) => a + b, 0) / 1000),
        goal: { atMost: 0.45, stretch: 0.3 },
      },
      ...steps.map((step, i) => ({
        row: null,
        name: `turn: ${step}`,
        unit: "µs",
        values: rounds.map((costs) => costs[i] ?? NaN),
      })),
    ];
  },
};

/** Of this process, which does nothing else meanwhile. */
async function cpuUsOf(times: number, work: (i: number) => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  let next = 0;
  await Promise.all(Array.from({ length: width }, async () => {
    while (next < times) await work(next++);
  }));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

function one<T>(list: readonly T[], i: number): T {
  const found = list[i];
  if (found === undefined) throw new Error(`Cannot go on with turn ${i}: only ${list.length} are there`);
  return found;
}
