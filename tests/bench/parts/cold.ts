/** From nothing to the first answer: a new data folder, its migrations, and the memory that is taken then. */
import { rssMbOf } from "../process_cost.ts";
import { each, type Part } from "../part.ts";
import { median } from "../statistics.ts";
import { chatRequest } from "../load.ts";
import { openConnection } from "../connection.ts";
import { freePort, startTarget } from "../target.ts";

const startsEachRound = 3;

export const cold: Part = {
  name: "cold",
  async run({ options, product, upstream }) {
    const ours: { startMs: number; rssMb: number; firstReplyMs: number }[] = [];
    const theirs: number[] = [];
    for (let i = 0; i < options.rounds * startsEachRound; i++) {
      theirs.push(await startHello());
      const target = await product.start({
        port: freePort(),
        upstream: `http://${upstream.hostname}:${upstream.port}`,
      });
      const rssMb = rssMbOf(target.pid);
      const connection = openConnection(target);
      const reply = await connection.send(chatRequest(target, "sim-n8", false));
      connection.close();
      await target.stop();
      if (reply.status !== 200) {
        throw new Error(`Cannot measure the cold start: the first reply was ${reply.beginning}`);
      }
      ours.push({ startMs: target.startMs, rssMb, firstReplyMs: target.startMs + reply.tookMs });
    }
    return [
      {
        row: 8,
        name: "cold start: to the first answer, against `deno run` hello",
        unit: "×",
        values: each(ours, theirs, ({ startMs }) => startMs / median(theirs)),
        goal: { atMost: 2.5, stretch: 1.6 },
      },
      { row: null, name: "cold start: to the first answer", unit: "ms", values: ours.map(({ startMs }) => startMs) },
      {
        row: null,
        name: "cold start: to the first reply of a model",
        unit: "ms",
        values: ours.map(({ firstReplyMs }) => firstReplyMs),
      },
      { row: null, name: "cold start: `deno run` hello", unit: "ms", values: theirs },
      { row: 8, name: "cold start: memory", unit: "MB", values: ours.map(({ rssMb }) => rssMb), goal: { atMost: 70 } },
    ];
  },
};

async function startHello(): Promise<number> {
  const port = freePort();
  const hello = new URL("../hello.ts", import.meta.url).pathname;
  const target = await startTarget({ name: "hello", args: ["run", "-q", "--allow-net", hello, String(port)], port });
  await target.stop();
  return target.startMs;
}
