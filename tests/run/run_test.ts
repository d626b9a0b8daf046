/** The runner itself: what it counts, what it refuses, and what it ends. */
import assert from "node:assert/strict";
import { sortOut } from "./find_tests.ts";
import { type Job, type Result, runProcess } from "./job.ts";
import { readJunit } from "./junit.ts";
import { describe, isSound, lastLine, sum } from "./report.ts";
import { runAll } from "./run_all.ts";
import { denoStep } from "./steps.ts";
import { testFileJob } from "./test_file.ts";
import { testWhere } from "./test_where.ts";

const testWhereUrl = new URL("test_where.ts", import.meta.url).href;

testWhere(true, "never skipped", "a test that can run here is run", () => {});

Deno.test("every passed, failed and skipped test is counted, with the reason for a skip", async () => {
  const [result] = await runFiles({
    "mixed_test.ts": `import { testWhere } from "${testWhereUrl}";
      Deno.test("right & <good>", () => {});
      Deno.test("wrong", () => { throw new Error("two is not one"); });
      Deno.test("steps", async (t) => { await t.step("first", () => {}); });
      Deno.test({ name: "silent", ignore: true, fn() {} });
      testWhere(false, "there is no moon", "by moonlight", () => {});`,
  });
  assert.equal(result?.passed, 3);
  assert.deepEqual(result?.failed, [{ name: "wrong", message: "Uncaught Error: two is not one" }]);
  assert.deepEqual(result?.skipped, [
    { name: "silent", reason: undefined },
    { name: "by moonlight", reason: "there is no moon" },
  ]);
});

Deno.test("a file that cannot be loaded, holds no test, or throws behind a test's back has failed", async () => {
  const results = await runFiles({
    "broken_test.ts": `throw new Error("at once");`,
    "empty_test.ts": `export {};`,
    "late_test.ts": `Deno.test("late", () => { Promise.reject(new Error("unheard")); });`,
  });
  assert.deepEqual(results.map((result) => result.failed.length > 0), [true, true, true]);
});

Deno.test("what measures time runs when nothing else does", async () => {
  let running = 0;
  const order: string[] = [];
  const job = (name: string, isAlone: boolean): Job => ({
    ...{ name, isAlone },
    async run() {
      order.push(`${name} beside ${running++}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return resultWith({ job: name });
    },
  });
  const jobs = [job("slow", true), job("a", false), job("b", false), job("quick", true)];
  const results = await runAll(jobs, { sideBySide: 2, print: () => {} });
  assert.deepEqual(order, ["a beside 0", "b beside 1", "slow beside 0", "quick beside 0"]);
  assert.deepEqual(results.map((result) => result.job), ["a", "b", "slow", "quick"]);
});

Deno.test("keys of the person who runs the tests do not reach a test", async () => {
  Deno.env.set("OPENAI_API_KEY", "sk-real");
  try {
    const [result] = await runFiles({
      "key_test.ts": `Deno.test("no key", () => { if (Deno.env.has("OPENAI_API_KEY")) throw new Error("seen"); });`,
    });
    assert.equal(result?.passed, 1);
  } finally {
    Deno.env.delete("OPENAI_API_KEY");
  }
});

Deno.test("what takes too long is ended together with everything it has started", async () => {
  const marker = await Deno.makeTempFile();
  const ended = await runProcess("sh", {
    args: ["-c", `sleep 600 & echo $! > ${marker}; wait`],
    cwd: new URL(".", import.meta.url),
    timeoutMs: 300,
    signal: new AbortController().signal,
  });
  assert.deepEqual([ended.ok, ended.isLate], [false, true]);
  const child = Number(await Deno.readTextFile(marker));
  assert.ok(child > 0);
  const stat = await Deno.readTextFile(`/proc/${child}/stat`).catch(() => "gone");
  assert.match(stat, /^gone$|\) [ZX] /);
  await Deno.remove(marker);
});

Deno.test("a step that finds something fails as one test and shows what it found", async () => {
  const result = await denoStep(
    "types",
    ["eval", "--check", "const a: number = 'b';"],
    new URL("../..", import.meta.url),
  )
    .run(new AbortController().signal);
  assert.deepEqual([result.passed, result.failed.length], [0, 1]);
  assert.match(result.output, /TS2322/);
});

Deno.test("a run without a failure passes; one failure, no test at all, or in CI a silent skip does not", () => {
  const passed = resultWith({ passed: 2 });
  const failed = resultWith({ failed: [{ name: "a", message: "wrong" }] });
  const silent = resultWith({ skipped: [{ name: "s", reason: undefined }] });
  const reasoned = resultWith({ skipped: [{ name: "s", reason: "no moon" }] });
  const sound = (results: Result[], strict: boolean) => isSound(sum(results), { strict });
  assert.equal(sound([passed, reasoned], true), true);
  assert.equal(sound([passed, silent], false), true);
  assert.equal(sound([passed, silent], true), false);
  assert.equal(sound([passed, failed], false), false);
  assert.equal(sound([], false), false);
  assert.equal(sound([reasoned], false), false);
  assert.equal(lastLine(sum([passed, failed, reasoned]), { strict: true }), "2 passed, 1 failed, 1 skipped");
  assert.equal(lastLine(sum([passed, silent]), { strict: true }), "2 passed, 1 failed, 0 skipped");
  assert.equal(lastLine(sum([passed, silent]), { strict: false }), "2 passed, 0 failed, 1 skipped");
  assert.ok(describe([passed, reasoned], { strict: true }).includes("skipped: s: no moon"));
});

Deno.test("a file that registers tests under a name that is never run is found out", () => {
  const { files, leftOut } = sortOut(
    new Map([
      ["tests/a_test.ts", `import { contract } from "./contract.ts";`],
      ["tests/contract.ts", `export function contract() { Deno.test("used", () => {}); }`],
      ["tests/forgotten.ts", `Deno.test("never run", () => {});`],
      ["tests/b.test.ts", `testWhere(true, "", "never run either", () => {});`],
      ["tests/architecture_test.ts", ``],
      ["tests/chaos/kill_test.ts", ``],
    ]),
  );
  assert.deepEqual(files, ["tests/architecture_test.ts", "tests/chaos/kill_test.ts", "tests/a_test.ts"]);
  assert.deepEqual(leftOut, ["tests/forgotten.ts", "tests/b.test.ts"]);
});

Deno.test("names in a report are read as they were written", () => {
  const counts = readJunit(
    `<testcase name="a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#x27;"/><testcase name="x"><skipped/></testcase>`,
  );
  assert.deepEqual(counts, { passed: 1, failed: [], skipped: ["x"] });
  const [failure] = readJunit(`<testcase name="a &lt;&#233;&gt;"><failure message="m"/></testcase>`).failed;
  assert.deepEqual(failure, { name: "a <é>", message: "m" });
});

async function runFiles(files: Record<string, string>): Promise<Result[]> {
  const folder = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
  const jobs = Object.keys(files).map((name) => testFileJob(name, { root: new URL(`file://${folder}/`), full: false }));
  const results = await runAll(jobs, { sideBySide: 2, print: () => {} });
  await Deno.remove(folder, { recursive: true });
  return results;
}

function resultWith(part: Partial<Result>): Result {
  return { job: "j", passed: 0, failed: [], skipped: [], output: "", elapsedMs: 0, ...part };
}
