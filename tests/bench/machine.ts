/** Where the figures come from, as far as that explains them. */

export function machine(): string {
  const processor = /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const gib = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  return `${navigator.hardwareConcurrency} × ${processor}, ${gib} GiB, Deno ${Deno.version.deno}`;
}
