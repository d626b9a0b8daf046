/** What the scripted model server has seen. */
import type { Target } from "./target.ts";

export interface Counts {
  /** Chat requests, ever. */
  readonly posts: number;
  /** Paced answers being written now. */
  readonly open: number;
  readonly connections: number;
}

export async function readCounts({ hostname, port }: Target): Promise<Counts> {
  const { posts, open, connections } = await (await fetch(`http://${hostname}:${port}/bench/counts`)).json();
  return { posts, open, connections };
}
