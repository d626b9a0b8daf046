/** What a process and its children have cost: from Linux's /proc, so that the measured program does nothing for it. */

/** Processor time of all threads, in microseconds. */
export function cpuUsOf(pid: number): number {
  let nanoseconds = 0;
  for (const process of treeOf(pid)) {
    for (const thread of threadsOf(process)) {
      nanoseconds += Number(read(`/proc/${process}/task/${thread}/schedstat`).split(" ")[0] || 0);
    }
  }
  return nanoseconds / 1000;
}

/** Resident memory in megabytes (10⁶ bytes). */
export function rssMbOf(pid: number): number {
  return treeOf(pid).reduce((sum, process) => {
    return sum + Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${process}/status`))?.[1] ?? 0) * 1024 / 1e6;
  }, 0);
}

function treeOf(pid: number): number[] {
  const tree = [pid];
  for (const process of tree) {
    for (const thread of threadsOf(process)) {
      tree.push(...read(`/proc/${process}/task/${thread}/children`).split(" ").filter(Boolean).map(Number));
    }
  }
  return tree;
}

function threadsOf(pid: number): string[] {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Threads end while they are looked at. */
function read(file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    if (isGone(error)) return "";
    throw error;
  }
}

/** ESRCH is what reading a file of /proc says when its process has just ended. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || (error instanceof Error && error.message.includes("os error 3"));
}
