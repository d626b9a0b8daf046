/** SQLite with a million messages: committing a turn, opening a long conversation, the file's size. */
import { newId } from "../../../server/domain/id.ts";
import type { EndPolicy } from "../../../server/domain/turn.ts";
import { manyMessages, workspace } from "../many_messages.ts";
import type { Part } from "../part.ts";
import { median, quantile } from "../statistics.ts";
import { timesMs } from "../timings.ts";

const [owner, leaseMs] = ["bench", 600_000];
const policy: EndPolicy = {
  maxTries: 5,
  failureNotice: "No answer could be made",
  render: () => [],
  continuesByItself: () => false,
};
const turnsEachRound = 300;

export const storage: Part = {
  name: "storage",
  async run({ options, folder }) {
    const { store, file, textBytes, longest, importSeconds } = await manyMessages(folder, options.messages);
    const viewer = { workspace, person: null };
    const question = () =>
      store.turns.accept({
        ...{ workspace, platform: "web", externalId: newId(), attachments: [], addressed: true, place: null },
        author: { identity: "local", name: "You", isBot: false },
        text: "A question as people ask them.",
        ...{ conversation: null, replaces: null, model: null, allowOutside: false },
      }, { viewer, asksOutside: false });

    const rounds = [];
    for (let round = 0; round < options.rounds; round++) {
      const accepted = await timesMs(turnsEachRound, question);
      const ended: number[] = [];
      for (let i = 0; i < turnsEachRound; i++) {
        const claim = await store.turns.claim({ owner, leaseMs, background: false });
        if (!claim) throw new Error("Cannot end a turn: none is waiting");
        const ending = { state: "done" as const, text: "An answer of usual length. ".repeat(20) };
        ended.push(...await timesMs(1, () => store.turns.finish(claim, ending, [], policy)));
      }
      const opened = await timesMs(
        500,
        () => store.conversations.lastMessages(viewer, longest, { limit: 50, cursor: null }),
      );
      const listed = await timesMs(
        200,
        () => store.conversations.list(viewer, { limit: 30, cursor: null, archived: false }),
      );
      rounds.push({ accepted, ended, opened, listed });
    }
    const size = (await Deno.stat(file)).size;
    const at = `storage, ${options.messages.toLocaleString("en")} messages`;
    return [
      {
        row: 9,
        name: `${at}: ending a turn, p50`,
        unit: "ms",
        values: rounds.map(({ ended }) => median(ended)),
        goal: { atMost: 0.3 },
      },
      {
        row: 9,
        name: `${at}: accepting a message, p50`,
        unit: "ms",
        values: rounds.map(({ accepted }) => median(accepted)),
        goal: { atMost: 0.3 },
      },
      {
        row: 9,
        name: `${at}: opening a conversation of 10,000, p99`,
        unit: "ms",
        values: rounds.map(({ opened }) => quantile(opened, 0.99)),
        goal: { atMost: 2 },
      },
      {
        row: null,
        name: `${at}: the list of conversations, p99`,
        unit: "ms",
        values: rounds.map(({ listed }) => quantile(listed, 0.99)),
      },
      { row: 9, name: `${at}: file, against its text`, unit: "×", values: [size / textBytes], goal: { atMost: 2.5 } },
      { row: null, name: `${at}: file`, unit: "MB", values: [size / 1e6] },
      {
        row: null,
        name: `${at}: imported per second`,
        unit: "messages",
        values: [options.messages / importSeconds],
      },
    ];
  },
};
