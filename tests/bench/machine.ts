/** Where the figures come from, as far as that explains them. */

export function machine(): string {
  const processor = /^model name\s*:\s*(.+)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1] ?? Deno.build.arch;
  const gib = Math.round(Deno.systemMemoryInfo().total / 2 ** 30);
  const [load = 0] = Deno.loadavg();
  const busy = `load average ${load.toFixed(1)} at the end`;
  return `${navigator.hardwareConcurrency} × ${processor}, ${gib} GiB, Deno ${Deno.version.deno}, ${busy}`;
}
