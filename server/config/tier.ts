/** The scale tier: how large the machine is, as one number from 1 to 4. */
import type { Facts } from "./facts.ts";
import type { Profile } from "./profile.ts";

export type Tier = 1 | 2 | 3 | 4;

const gib = 2 ** 30;
/** A machine sold with 64 GB reports some 62 GiB: firmware and graphics keep the rest. */
const nominalShare = 0.9;

/** 4 in Kubernetes; 3 from 16 cores and 64 GB; 2 from 8 cores and 32 GB; else 1. */
export function chooseTier(profile: Profile, { cores, memoryBytes }: Pick<Facts, "cores" | "memoryBytes">): Tier {
  if (profile === "kubernetes") return 4;
  const has = (wantedCores: number, wantedGib: number) =>
    cores >= wantedCores && memoryBytes >= wantedGib * gib * nominalShare;
  if (has(16, 64)) return 3;
  return has(8, 32) ? 2 : 1;
}
