/** Can the tests fail? Each guard is taken away in a copy of the tree, and the test that watches it must notice. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { testWhere } from "../run/test_where.ts";
import { type Guard, guards } from "./guards.ts";

const root = new URL("../../", import.meta.url);
const contract = "tests/adapters/stores/sqlite/turns_test.ts";
const isFull = Boolean(Deno.env.get("TEST_FULL"));
const chaosRounds = "14";

for (const guard of guards) {
  const name = `a test notices when this is no longer so: ${guard.invariant}`;
  const isSlow = guard.caughtBy === "chaos";
  testWhere(isFull || !isSlow, "takes a minute, runs with TEST_FULL", name, () => check(guard));
}

async function check({ removed, caughtBy }: Guard): Promise<void> {
  const copy = await copyTree();
  try {
    for (const { file, text, by } of removed) {
      const path = `${copy}/${file}`;
      const source = await Deno.readTextFile(path);
      assert.equal(source.split(text).length, 2, `"${text}" must stand once in ${file}`);
      await Deno.writeTextFile(path, source.replace(text, () => by));
    }
    const { success, output } = await run(copy, caughtBy);
    assert.equal(success, false, "no test noticed");
    // It must be the promise that is broken, not the program.
    assert.doesNotMatch(output, /SyntaxError|ReferenceError|no such column|incomplete input|syntax error/);
    const alarm = caughtBy === "chaos" ? "seconds, [1-9]\\d* violations" : `${caughtBy}[^\n]* \\.\\.\\. FAILED`;
    assert.match(output, new RegExp(alarm));
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

async function run(copy: string, caughtBy: string): Promise<{ success: boolean; output: string }> {
  const args = caughtBy === "chaos"
    ? ["run", "-A", "--no-check", "tests/chaos/sqlite_chaos.ts", chaosRounds, "5"]
    : ["test", "-A", "--no-check", `--filter=${caughtBy}`, contract];
  const options = { args, cwd: copy, env: { NO_COLOR: "1" }, stdin: "null" as const };
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), options).output();
  const output = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  return { success, output };
}

/** What the engine and its tests need; packages are shared. */
async function copyTree(): Promise<string> {
  const copy = await Deno.makeTempDir({ prefix: "whisper-guards-" });
  for (const folder of ["server/chat", "server/cost", "server/domain", "adapters/stores", "tests"]) {
    await copyFolder(folder, copy);
  }
  for (const file of ["deno.json", "deno.lock"]) await Deno.copyFile(new URL(file, root), `${copy}/${file}`);
  await Deno.symlink(new URL("node_modules", root), `${copy}/node_modules`);
  return copy;
}

async function copyFolder(folder: string, copy: string): Promise<void> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(new URL(`${folder}/`, root))) {
    const path = `${folder}/${name}`;
    if (isDirectory) await copyFolder(path, copy);
    if (!isFile || !name.endsWith(".ts")) continue;
    await Deno.mkdir(dirname(`${copy}/${path}`), { recursive: true });
    await Deno.copyFile(new URL(path, root), `${copy}/${path}`);
  }
}
