/** Facts of a made-up machine: a laptop with a display, unless said otherwise. */
import type { Facts } from "../../../server/config/facts.ts";

export function madeFacts(facts: Partial<Facts> = {}): Facts {
  return {
    env: { HOME: "/home/ana" },
    os: "linux",
    arch: "x86_64",
    cores: 4,
    memoryBytes: 8 * 2 ** 30,
    isContainer: false,
    isMainProcess: false,
    isKubernetes: false,
    hasDisplay: true,
    isTerminal: true,
    canAsk: false,
    isCompiled: false,
    currentFolder: "/work",
    denoVersion: "2.9.6",
    ...facts,
  };
}
