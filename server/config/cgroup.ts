/** The cores and the memory that Linux control groups (version 1 and 2) leave to this process. */

export interface CgroupLimits {
  /** Null: no limit. */
  readonly cores: number | null;
  readonly memoryBytes: number | null;
}

/** Above this a "limit" is version 1's way to say that there is none (2^63 rounded down to a page). */
const unlimitedBytes = 2 ** 60;

/**
 * The tightest limit of the group of this process and of those it is in. `read` gives a file's text, or undefined
 * when there is none. Inside a container the paths in `/proc/self/cgroup` may be the host's: their ancestors up to
 * the mount's own root, which is the container's group, are read too.
 * Sources: kernel.org/doc/Documentation/cgroup-v1, /admin-guide/cgroup-v2.rst.
 */
export function cgroupLimits(read: (path: string) => string | undefined): CgroupLimits {
  const cores: number[] = [];
  const memory: number[] = [];
  for (const { controllers, path } of memberships(read("/proc/self/cgroup") ?? "")) {
    if (controllers.length === 0) {
      for (const folder of ancestors("/sys/fs/cgroup", path)) {
        collect(cores, quotaCores(read(`${folder}/cpu.max`)?.trim().split(/\s+/)));
        collect(memory, bytes(read(`${folder}/memory.max`)));
        // Above it the kernel slows the process down until nothing moves: a limit in all but name.
        collect(memory, bytes(read(`${folder}/memory.high`)));
      }
    }
    if (controllers.includes("cpu")) {
      for (const mount of ["/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"]) {
        for (const folder of ancestors(mount, path)) {
          const quota = read(`${folder}/cpu.cfs_quota_us`)?.trim();
          const period = read(`${folder}/cpu.cfs_period_us`)?.trim();
          if (quota !== undefined && period !== undefined) collect(cores, quotaCores([quota, period]));
        }
      }
    }
    if (controllers.includes("memory")) {
      for (const folder of ancestors("/sys/fs/cgroup/memory", path)) {
        collect(memory, bytes(read(`${folder}/memory.limit_in_bytes`)));
      }
    }
  }
  return { cores: smallest(cores), memoryBytes: smallest(memory) };
}

/** Lines of `hierarchy:controllers:path`; no controllers: version 2. */
function memberships(text: string): { controllers: string[]; path: string }[] {
  return text.split("\n").flatMap((line) => {
    const [, names, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (names === undefined || path === undefined) return [];
    return [{ controllers: names === "" ? [] : names.split(","), path }];
  });
}

function ancestors(mount: string, path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "" && part !== "..");
  return Array.from({ length: parts.length + 1 }, (_, depth) => [mount, ...parts.slice(0, depth)].join("/"));
}

/** `max` or `-1`: no limit. */
function quotaCores(quotaAndPeriod: readonly string[] | undefined): number | null {
  const [quota, period] = (quotaAndPeriod ?? []).map(Number);
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : null;
}

function bytes(text: string | undefined): number | null {
  const value = Number(text?.trim() || NaN);
  return value > 0 && value < unlimitedBytes ? value : null;
}

function collect(into: number[], value: number | null): void {
  if (value !== null) into.push(value);
}

function smallest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.min(...values);
}
