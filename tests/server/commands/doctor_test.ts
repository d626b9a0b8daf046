import { deepStrictEqual, equal, match, ok } from "node:assert/strict";
import { open } from "../../../adapters/stores/sqlite/open.ts";
import { openModelServer } from "../../fakes/model_server.ts";
import { openProgramInFolder } from "./program_in_folder.ts";

const key = "sk-very-secret-0123456789";

/** The doctor listens for a moment on the port: 0 is always free. */
const base = { WHISPER_PORT: "0" };

Deno.test("on a healthy machine the doctor finds the machine, the profile and its reason, and ends with 0", async () => {
  await using program = await openProgramInFolder();
  const { code, stdout } = await program.run(["doctor"], base);
  equal(code, 0, stdout);
  match(stdout, /Profile \w+ \(.+\), tier [1-4]/);
  match(stdout, /WHISPER_PORT +0 {2}\(the environment \(WHISPER_PORT\)\)/);
  match(stdout, /database +none yet/);
  match(stdout, /No problems/);
  deepStrictEqual([...Deno.readDirSync(program.folder)], []);
});

Deno.test("the doctor asks every provider, and names the field of one that refuses its key, without the key", async () => {
  await using program = await openProgramInFolder();
  const server = await openModelServer({ key, models: ["sim-a"] });
  try {
    const good = { ...base, CUSTOM_BASE_URL: server.url, CUSTOM_API_KEY: key, WHISPER_MODEL: "custom/sim-a" };
    const well = await program.run(["doctor"], good);
    match(well.stdout, /custom \(this machine\): sim-a\n/);
    match(well.stdout, /No problems/);
    const other = await program.run(["doctor"], { ...good, WHISPER_MODEL: "custom/sim-b" });
    match(other.stdout, /WHISPER_MODEL: Cannot use WHISPER_MODEL "custom\/sim-b": custom does not offer it.*sim-a/);
    const bad = await program.run(["doctor", "--json"], { ...good, CUSTOM_API_KEY: `${key}-wrong` });
    const { problems, providers } = JSON.parse(bad.stdout);
    equal(problems.length, 1, bad.stdout);
    match(providers[0].problem, /key/);
    ok(![well, other, bad].some(({ stdout, stderr }) => (stdout + stderr).includes(key)));
  } finally {
    await server.close();
  }
});

Deno.test("a damaged database, a wrong setting and a taken port are each told with the cure, and the doctor ends with 1", async () => {
  await using program = await openProgramInFolder();
  await (await open({ file: program.database })).close();
  const healthy = await program.run(["doctor", "--json"], base);
  equal(JSON.parse(healthy.stdout).data.database, "ok");

  await Deno.writeTextFile(program.database, "no database at all, but long enough to be looked at".repeat(200));
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const port = String((taken.addr as Deno.NetAddr).port);
  try {
    const { code, stdout } = await program.run(["doctor", "--json"], { WHISPER_PORT: port, WHISPER_LOG: "loud" });
    equal(code, 1);
    const problems: { setting: string; message: string }[] = JSON.parse(stdout).problems;
    deepStrictEqual(problems.map(({ setting }) => setting), ["WHISPER_LOG", "WHISPER_DATA", "WHISPER_PORT"]);
    match(problems[0]!.message, /must be one of debug, info, warn, error/);
    match(problems[1]!.message, /whisperengine restore FILE/);
    match(problems[2]!.message, /choose another WHISPER_PORT/);
  } finally {
    taken.close();
  }
});

Deno.test("config shows every setting with its source, and keeps secrets to itself", async () => {
  await using program = await openProgramInFolder();
  equal((await program.run(["config", "set", "OPENAI_API_KEY", key])).code, 0);
  const { code, stdout } = await program.run(["config"], { WHISPER_LOG: "warn" });
  equal(code, 0);
  match(stdout, /WHISPER_LOG +warn {2}\(the environment \(WHISPER_LOG\)\)/);
  match(stdout, /OPENAI_API_KEY +\(secret\) {2}\(the settings file .*settings\.json\)/);
  ok(!stdout.includes(key));
  match((await program.run(["config", "path"])).stdout, /settings\.json\n$/);
  const { settings } = JSON.parse((await program.run(["config", "--json"])).stdout);
  ok(settings.length > 20);
});
