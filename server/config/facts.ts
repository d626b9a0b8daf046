/** What the machine and the environment say. The only file, besides adapters' `open`, that sees the environment. */
import { cgroupLimits } from "./cgroup.ts";

export interface Facts {
  readonly env: Readonly<Record<string, string>>;
  readonly os: typeof Deno.build.os;
  readonly arch: typeof Deno.build.arch;
  /** Cores this process may use; a container's share may be a fraction. */
  readonly cores: number;
  /** Memory this process may use. */
  readonly memoryBytes: number;
  readonly isContainer: boolean;
  /** Process 1: what a container was started for. */
  readonly isMainProcess: boolean;
  readonly isKubernetes: boolean;
  readonly hasDisplay: boolean;
  /** Whether a person reads the output. */
  readonly isTerminal: boolean;
  /** Whether a person can be asked. */
  readonly canAsk: boolean;
  /** True inside a `deno compile` executable. */
  readonly isCompiled: boolean;
  readonly currentFolder: string;
  readonly denoVersion: string;
}

/** Takes a few milliseconds: small files and system calls, no network, no subprocess. */
export function readFacts(): Facts {
  const env = Deno.env.toObject();
  const { os, arch } = Deno.build;
  const isContainer = env.container !== undefined || exists("/.dockerenv") || exists("/run/.containerenv");
  const isKubernetes = env.KUBERNETES_SERVICE_HOST !== undefined;
  // Knows a container's limit even where the files of its group may not be read; 0: no limit. The module behind it
  // takes as long to load as all the rest, so it is asked only where there can be a limit.
  const constrainedBytes = isContainer || isKubernetes ? process.constrainedMemory() || Infinity : Infinity;
  const limits = os === "linux" ? cgroupLimits(readText) : { cores: null, memoryBytes: null };
  const totalBytes = Deno.systemMemoryInfo().total;
  return {
    env,
    os,
    arch,
    cores: Math.min(navigator.hardwareConcurrency, limits.cores ?? Infinity),
    memoryBytes: Math.min(totalBytes, constrainedBytes, limits.memoryBytes ?? Infinity),
    isContainer,
    isMainProcess: Deno.pid === 1,
    isKubernetes,
    hasDisplay: os === "darwin" || os === "windows"
      ? env.SSH_CONNECTION === undefined
      : (env.DISPLAY ?? "") !== "" || (env.WAYLAND_DISPLAY ?? "") !== "",
    isTerminal: Deno.stderr.isTerminal(),
    canAsk: Deno.stdin.isTerminal() && Deno.stderr.isTerminal(),
    isCompiled: Deno.build.standalone,
    currentFolder: Deno.cwd(),
    denoVersion: Deno.version.deno,
  };
}

/** Undefined when it is not there or must not be read (Deno gives `/proc` only to a program that may do everything). */
function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
