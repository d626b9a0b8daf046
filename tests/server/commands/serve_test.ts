/** `whisperengine serve` as a person starts and stops it. */
import { equal, match } from "node:assert/strict";
import { join } from "node:path";
import { openModelServer } from "../../fakes/model_server.ts";
import { openProgramInFolder, type ProgramInFolder } from "./program_in_folder.ts";

Deno.test("a second start says where the program runs already", async () => {
  await using here = await openProgramInFolder();
  const server = await start(here, {});
  try {
    const { code, stderr } = await here.run(["serve", "--port", "0"]);
    equal(code, 1);
    match(stderr, new RegExp(`^Cannot start: WhisperEngine runs already at ${server.url} \\(process \\d+\\)`));
  } finally {
    await stop(server);
  }
});

Deno.test("a port that was asked for and is taken is said, and the program ends", async () => {
  await using here = await openProgramInFolder();
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { code, stderr } = await here.run(["serve", "--port", String(other.addr.port)]);
  equal(code, 1);
  match(stderr, /^Cannot listen on 127\.0\.0\.1: port \d+ is in use by other programs; choose another one with --port/);
});

Deno.test("one Ctrl-C that arrives twice, as under deno task, lets the answer finish", async () => {
  await using here = await openProgramInFolder();
  const model = await openModelServer({ models: ["sim-tps20-n30"] });
  const server = await start(here, { CUSTOM_BASE_URL: model.url });
  try {
    const answered = fetch(`${server.url}/api/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ message: "How long does it take?" }),
    });
    while (model.counts.tokens < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    server.process.kill("SIGINT");
    // Two at the same moment would reach it as one.
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.process.kill("SIGINT");
    const reply = await (await answered).json();
    equal(reply.state, "done");
    equal((await server.process.status).code, 0);
  } finally {
    await stop(server);
    await model.close();
  }
});

interface Server {
  readonly process: Deno.ChildProcess;
  readonly url: string;
}

async function start({ folder, data }: ProgramInFolder, env: Record<string, string>): Promise<Server> {
  const main = new URL("../../../main.ts", import.meta.url);
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) =>
    /^(DENO_DIR|HOME|PATH|SYSTEMROOT|TEMP)$/i.test(name)
  );
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "-A", "--no-check", main.pathname, "serve", "--port", "0"],
    cwd: folder,
    clearEnv: true,
    env: { ...Object.fromEntries(kept), BROWSER: "none", WHISPER_DATA: data, ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const file = join(data, "server.json");
  const until = performance.now() + 20_000;
  while (performance.now() < until) {
    const text = await Deno.readTextFile(file).catch(() => undefined);
    if (text !== undefined) return { process, url: JSON.parse(text).url };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  process.kill("SIGKILL");
  throw new Error("the server did not start within 20 seconds");
}

async function stop({ process }: Server): Promise<void> {
  try {
    process.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended
  }
  await process.status;
}
