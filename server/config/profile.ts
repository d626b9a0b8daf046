/** The profile: what kind of place the program runs in, chosen from the facts. */
import type { Facts } from "./facts.ts";

export const profiles = ["desktop", "server", "container", "kubernetes"] as const;
export type Profile = (typeof profiles)[number];

export interface ChosenProfile {
  readonly profile: Profile;
  /** A variant of any profile: no bots. */
  readonly isWebOnly: boolean;
  /** Why this one, as a half-sentence for people. */
  readonly reason: string;
}

/**
 * The first fact that fits. In a container that was not started for this program (a development container, a build
 * machine) the program is a guest, and listens on loopback like on any other machine.
 */
export function chooseProfile(facts: Facts): ChosenProfile {
  const choose = (profile: Profile, reason: string) => ({ profile, isWebOnly: false, reason });
  if (facts.isKubernetes) return choose("kubernetes", "KUBERNETES_SERVICE_HOST is set");
  if (facts.isContainer && facts.isMainProcess) return choose("container", "the main process of a container");
  const where = facts.isContainer ? "one program among others in a container" : "on the machine itself";
  if (facts.os === "darwin" || facts.os === "windows") return choose("desktop", `${where}, ${facts.os}`);
  if (facts.hasDisplay) return choose("desktop", `${where}, with a display`);
  return choose("server", `${where}, without a display`);
}
