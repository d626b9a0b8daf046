/** Brings up what the tests need: the pinned packages, the built UI, and programs of the system. */
import type { Result } from "./job.ts";
import { runProcess } from "./job.ts";
import { denoStep } from "./steps.ts";

/** Programs that tests use, and the Debian package of each. */
const PROGRAMS = [
  { program: "chromium", package: "chromium" },
  { program: "redis-server", package: "redis-server" },
];
const APT_LIMIT_MS = 4 * 60_000;

/** The results of what had to succeed; a program that cannot be had is only said, and its tests are skipped with a reason. */
export async function prepare(root: URL): Promise<Result[]> {
  const never = new AbortController().signal;
  const results = [
    await denoStep("packages as locked", ["install", "--frozen"], root).run(never),
    await denoStep("user interface", ["run", "--quiet", "--allow-all", "build/ready.ts"], root).run(never),
  ];
  await installPrograms(root, never);
  return results;
}

async function installPrograms(root: URL, signal: AbortSignal): Promise<void> {
  const missing = PROGRAMS.filter(({ program }) => !isInstalled(program));
  if (missing.length === 0) return;
  const names = missing.map((row) => row.package).join(" ");
  if (Deno.build.os !== "linux" || Deno.uid() !== 0 || !isInstalled("apt-get")) {
    console.log(`not installed, and only root on Debian can be helped here: ${names}`);
    return;
  }
  console.log(`installing ${names} …`);
  const script = `apt-get update -q && apt-get install -q -y --no-install-recommends ${names}`;
  const ended = await runProcess("sh", {
    args: ["-c", script],
    cwd: root,
    env: { ...Deno.env.toObject(), DEBIAN_FRONTEND: "noninteractive" },
    timeoutMs: APT_LIMIT_MS,
    signal,
  });
  if (!ended.ok) console.log(`Cannot install ${names}: ${ended.output.trim().split("\n").at(-1) ?? ""}`);
}

function isInstalled(program: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
      throw error;
    }
  });
}
