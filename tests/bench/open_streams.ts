/** Many streams that are open at once and hardly move, and clients that all go away at once. */
import { openConnection } from "./connection.ts";
import { readCounts } from "./counts.ts";
import { chatRequest } from "./load.ts";
import { rssMbOf } from "./process_cost.ts";
import type { Target } from "./target.ts";

export interface OpenStreams {
  /** At the model server, when all should have been open. */
  readonly opened: number;
  readonly rssBeforeMb: number;
  readonly rssOpenMb: number;
  /** Until the model server had no stream left; Infinity when some stayed. */
  readonly closedMs: number;
}

const connectEveryMs = 1.5;
const settleMs = 2000;
const giveUpMs = 5000;
const lookEveryMs = 5;

export async function openAndLeave(target: Target, upstream: Target, streams: number): Promise<OpenStreams> {
  const rssBeforeMb = rssMbOf(target.pid);
  const request = chatRequest(target, "sim-tps1-n600", true);
  const connections = Array.from({ length: streams }, () => openConnection(target));
  const answers = connections.map(async (connection, i) => {
    await sleep(i * connectEveryMs);
    return await connection.send(request);
  });
  await sleep(streams * connectEveryMs + settleMs);
  const rssOpenMb = rssMbOf(target.pid);
  const { open: opened } = await readCounts(upstream);
  const leftMs = performance.now();
  for (const connection of connections) connection.close();
  let closedMs = Infinity;
  while (closedMs === Infinity && performance.now() - leftMs < giveUpMs) {
    if ((await readCounts(upstream)).open === 0) closedMs = performance.now() - leftMs;
    else await sleep(lookEveryMs);
  }
  await Promise.all(answers);
  return { opened, rssBeforeMb, rssOpenMb, closedMs };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
