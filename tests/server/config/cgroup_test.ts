import { deepStrictEqual } from "node:assert/strict";
import { cgroupLimits } from "../../../server/config/cgroup.ts";

interface Case {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly cores: number | null;
  readonly memoryBytes: number | null;
}

const gib = 2 ** 30;
const none = "9223372036854771712\n";

const cases: readonly Case[] = [
  { name: "a system without control groups", files: {}, cores: null, memoryBytes: null },
  {
    name: "a container with version 2 and its own namespace",
    files: {
      "/proc/self/cgroup": "0::/\n",
      "/sys/fs/cgroup/cpu.max": "150000 100000\n",
      "/sys/fs/cgroup/memory.max": `${2 * gib}\n`,
    },
    cores: 1.5,
    memoryBytes: 2 * gib,
  },
  {
    name: "version 2 without limits",
    files: {
      "/proc/self/cgroup": "0::/\n",
      "/sys/fs/cgroup/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/memory.max": "max\n",
      "/sys/fs/cgroup/memory.high": "max\n",
    },
    cores: null,
    memoryBytes: null,
  },
  {
    name: "a service whose slice is tighter than itself",
    files: {
      "/proc/self/cgroup": "0::/system.slice/whisperengine.service\n",
      "/sys/fs/cgroup/system.slice/cpu.max": "200000 100000",
      "/sys/fs/cgroup/system.slice/whisperengine.service/cpu.max": "400000 100000",
      "/sys/fs/cgroup/system.slice/whisperengine.service/memory.max": `${4 * gib}`,
      "/sys/fs/cgroup/system.slice/memory.max": `${3 * gib}`,
    },
    cores: 2,
    memoryBytes: 3 * gib,
  },
  {
    name: "version 2 where the kernel slows down before the hard limit",
    files: {
      "/proc/self/cgroup": "0::/a\n",
      "/sys/fs/cgroup/a/memory.max": `${4 * gib}`,
      "/sys/fs/cgroup/a/memory.high": `${gib}`,
    },
    cores: null,
    memoryBytes: gib,
  },
  {
    name: "a container with version 1, whose paths are the host's",
    files: {
      "/proc/self/cgroup":
        "12:cpu,cpuacct:/docker/0123abcd\n9:memory:/docker/0123abcd\n1:name=systemd:/docker/0123abcd\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "536870912\n",
    },
    cores: 0.5,
    memoryBytes: 536870912,
  },
  {
    name: "version 1 without limits",
    files: {
      "/proc/self/cgroup": "4:memory:/user\n1:cpu:/user\n0::/\n",
      "/sys/fs/cgroup/cpu/user/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/user/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/memory/user/memory.limit_in_bytes": none,
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": none,
    },
    cores: null,
    memoryBytes: null,
  },
  {
    name: "files that hold nonsense",
    files: {
      "/proc/self/cgroup": "what\n0::/../..\n::\n5:memory\n",
      "/sys/fs/cgroup/cpu.max": "",
      "/sys/fs/cgroup/memory.max": "lots\n",
    },
    cores: null,
    memoryBytes: null,
  },
];

for (const { name, files, ...limits } of cases) {
  Deno.test(`the limits of ${name} are found`, () => {
    deepStrictEqual(cgroupLimits((path) => files[path]), limits);
  });
}
