import { equal } from "node:assert/strict";
import { defaultDataFolder } from "../../../server/config/data_folder.ts";
import type { Facts } from "../../../server/config/facts.ts";
import { limitsOf } from "../../../server/config/limits.ts";
import { chooseProfile, type Profile } from "../../../server/config/profile.ts";
import { chooseTier } from "../../../server/config/tier.ts";
import { madeFacts } from "./made_facts.ts";

const profiles: readonly [name: string, facts: Partial<Facts>, profile: Profile][] = [
  ["a Mac", { os: "darwin", hasDisplay: true }, "desktop"],
  ["a Mac through ssh", { os: "darwin", hasDisplay: false }, "desktop"],
  ["Windows", { os: "windows" }, "desktop"],
  ["Linux with a display", {}, "desktop"],
  ["Linux without a display", { hasDisplay: false }, "server"],
  ["the main process of a container", { isContainer: true, isMainProcess: true, hasDisplay: false }, "container"],
  ["a shell in a container", { isContainer: true, hasDisplay: false }, "server"],
  ["a pod", { isKubernetes: true, isContainer: true, isMainProcess: true }, "kubernetes"],
  ["process 1 of a machine", { isMainProcess: true, hasDisplay: false }, "server"],
];
for (const [name, facts, profile] of profiles) {
  Deno.test(`${name} gets the profile "${profile}"`, () => equal(chooseProfile(madeFacts(facts)).profile, profile));
}

const gib = 2 ** 30;
const tiers: readonly [name: string, profile: Profile, cores: number, gib: number, tier: number][] = [
  ["a 14-core, 64 GB laptop", "desktop", 14, 64, 2],
  ["a 14-core, 64 GB laptop that reports what firmware leaves", "desktop", 14, 62.2, 2],
  ["a 16-core, 64 GB machine that reports 62 GiB", "server", 16, 62.2, 3],
  ["a 16-core, 48 GB machine", "server", 16, 48, 2],
  ["a 15.5-core share", "container", 15.5, 128, 2],
  ["an 8-core, 32 GB machine", "desktop", 8, 31, 2],
  ["an 8-core, 16 GB machine", "desktop", 8, 16, 1],
  ["a 7-core, 64 GB machine", "desktop", 7, 64, 1],
  ["a container held to 2 cores of a large machine", "container", 2, 512, 1],
  ["the smallest pod", "kubernetes", 0.5, 0.25, 4],
];
for (const [name, profile, cores, size, tier] of tiers) {
  Deno.test(`${name} is tier ${tier}`, () => equal(chooseTier(profile, { cores, memoryBytes: size * gib }), tier));
}

Deno.test("a larger machine never gets a smaller limit", () => {
  for (const [smaller, larger] of [[limitsOf(1), limitsOf(2)], [limitsOf(2), limitsOf(3)]] as const) {
    for (const [name, value] of Object.entries(smaller)) {
      equal(Object.entries(larger).find(([other]) => other === name)![1] >= value, true, name);
    }
  }
});

const folders: readonly [name: string, profile: Profile, facts: Partial<Facts>, folder: string | undefined][] = [
  ["Linux", "desktop", { env: { HOME: "/home/ana" } }, "/home/ana/.local/share/whisperengine"],
  ["XDG_DATA_HOME", "desktop", { env: { HOME: "/home/ana", XDG_DATA_HOME: "/x/" } }, "/x/whisperengine"],
  ["a relative XDG_DATA_HOME", "desktop", { env: { HOME: "/h", XDG_DATA_HOME: "x" } }, "/h/.local/share/whisperengine"],
  [
    "macOS",
    "desktop",
    { os: "darwin", env: { HOME: "/Users/ana" } },
    "/Users/ana/Library/Application Support/WhisperEngine",
  ],
  ["Windows", "desktop", { os: "windows", env: { LOCALAPPDATA: "C:\\L" } }, "C:\\L\\WhisperEngine"],
  ["systemd", "server", { env: { HOME: "/root", STATE_DIRECTORY: "/var/lib/we:/b" } }, "/var/lib/we"],
  ["a container", "container", { env: { HOME: "/root" } }, "/data"],
  ["nobody's home", "server", { env: {} }, undefined],
];
for (const [name, profile, facts, folder] of folders) {
  Deno.test(`data of ${name} goes to ${folder ?? "nowhere"}`, () => {
    equal(defaultDataFolder(profile, madeFacts(facts)), folder);
  });
}
