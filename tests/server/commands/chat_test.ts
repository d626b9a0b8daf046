/** `whisperengine chat` as people and scripts run it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { openModelServer } from "../../fakes/model_server.ts";
import { testWhere } from "../../run/test_where.ts";
import { openProgramHere } from "./chat/program_here.ts";
import { announceServer } from "../../../server/commands/running_server.ts";

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const main = new URL("../../../main.ts", import.meta.url).pathname;
const hasScript = await isThere("/usr/bin/script");

Deno.test("one question gives one answer on standard output, and nothing else", async () => {
  await using place = await openPlace();
  assert.deepEqual(await place.chat(["what", "is", "it?"]), { code: 0, stdout: "what is it?\n", stderr: "" });
  const answered = await place.chat(["--no-stream", "--", "/new is no command here"]);
  assert.deepEqual(answered, { code: 0, stdout: "/new is no command here\n", stderr: "" });
});

Deno.test("what is piped in is the message, or is added to it", async () => {
  await using place = await openPlace();
  assert.equal((await place.chat([], "piped in\n")).stdout, "piped in\n");
  assert.equal((await place.chat(["summarise"], "line one\nline two\n")).stdout, "summarise\n\nline one\nline two\n");
});

Deno.test("--json prints the whole reply, and --conversation goes on with it", async () => {
  await using place = await openPlace();
  const first = JSON.parse((await place.chat(["--json", "one"])).stdout);
  assert.equal(first.reply, "one");
  assert.equal(first.model, "custom/echo");
  assert.ok(first.usage.input_tokens > 0);
  const second = JSON.parse((await place.chat(["--json", "--conversation", first.conversation_id, "two"])).stdout);
  assert.equal(second.conversation_id, first.conversation_id);
  const unknown = await place.chat(["--conversation", "nope", "three"]);
  assert.deepEqual([unknown.code, unknown.stdout], [1, ""]);
  assert.match(unknown.stderr, /conversation "nope"/);
});

Deno.test("--model asks another model", async () => {
  await using place = await openPlace();
  const reply = JSON.parse((await place.chat(["--json", "--model", "custom/sim-n7", "one"])).stdout);
  assert.equal(reply.model, "custom/sim-n7");
});

Deno.test("a failed answer keeps what came, says why, and ends with 1", async () => {
  await using place = await openPlace();
  const cut = await place.chat(["--model", "custom/sim-cut5", "one"]);
  assert.equal(cut.code, 1);
  assert.notEqual(cut.stdout, "");
  assert.match(cut.stderr, /\.\n$/);
  const asJson = await place.chat(["--json", "--model", "custom/sim-fail401", "one"]);
  assert.equal(asJson.code, 1);
  assert.deepEqual(Object.keys(JSON.parse(asJson.stdout).error), ["code", "message", "retryable"]);
});

Deno.test("wrong usage ends with 2 and says what would be right", async () => {
  await using place = await openPlace();
  const empty = await place.chat([], "");
  assert.equal(empty.code, 2);
  assert.match(empty.stderr, /message is empty/);
  const misspelt = await place.chat(["--jsno", "one"]);
  assert.equal(misspelt.code, 2);
  assert.match(misspelt.stderr, /did you mean "--json"/);
});

Deno.test("where a server runs, it answers; where another terminal holds the data, that is said", async () => {
  await using place = await openPlace();
  await using program = await openProgramHere("echo");
  const env = { WHISPER_DATA: program.data };
  const refused = await place.chat(["one"], "", env);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /in use|another/);

  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request, info) => program.running.fetch(request, info),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const { instance } = program.running;
  await announceServer(program.data, { pid: Deno.pid, url, instance, key: null, startedAt: new Date().toISOString() });
  const before = program.modelServer.requests.length;
  assert.deepEqual(await place.chat(["one"], "", env), { code: 0, stdout: "one\n", stderr: "" });
  assert.ok(program.modelServer.requests.length > before);
});

testWhere(
  hasScript,
  'there is no program "script" to lend a terminal',
  "at a real terminal a person types, reads and leaves",
  async () => {
    await using place = await openPlace();
    const terminal = place.terminal([]);
    await terminal.sees(/› /);
    terminal.type("is it 你好?\x7f\x7f\r");
    await terminal.sees(/is it 你[^]*custom\/echo · /);
    terminal.type("\x03");
    await terminal.sees(/Ctrl-C again leaves/);
    terminal.type("\x03");
    assert.equal(await terminal.code, 0);
    const [on, off] = ["\x1b[?2004h", "\x1b[?2004l"].map((sequence) => terminal.written().lastIndexOf(sequence));
    assert.ok(on === 0 && off !== undefined && off > 0);
  },
);

testWhere(
  hasScript,
  'there is no program "script" to lend a terminal',
  "--plain writes to a real terminal without ever moving its cursor",
  async () => {
    await using place = await openPlace();
    const terminal = place.terminal(["--plain"]);
    await terminal.sees(/> $/);
    terminal.type("hello\r");
    await terminal.sees(/hello\r\n\(custom\/echo · .*\)\r\n\r\n> $/);
    terminal.type("\x04");
    assert.equal(await terminal.code, 0);
    assert.ok(!terminal.written().includes("\x1b"));
  },
);

interface Place {
  chat(words: readonly string[], input?: string, env?: Record<string, string>): Promise<Ran>;
  terminal(words: readonly string[]): {
    type(keys: string): void;
    sees(pattern: RegExp): Promise<void>;
    written(): string;
    readonly code: Promise<number>;
  };
  [Symbol.asyncDispose](): Promise<void>;
}

/** A data folder, and a model server that says everything again. */
async function openPlace(): Promise<Place> {
  const folder = await Deno.makeTempDir();
  const modelServer = await openModelServer({ models: ["echo", "sim-n7", "sim-cut5", "sim-fail401"] });
  const kept = Object.entries(Deno.env.toObject()).filter(([name]) => /^(DENO_DIR|HOME|PATH)$/.test(name));
  const surroundings = (more: Record<string, string>) => ({
    ...Object.fromEntries(kept),
    WHISPER_DATA: join(folder, "data"),
    CUSTOM_BASE_URL: modelServer.url,
    WHISPER_MODEL: "custom/echo",
    ...more,
  });
  const program = ["run", "-q", "-A", "--no-check", main, "chat"];
  const children: Deno.ChildProcess[] = [];
  return {
    async chat(words, input = "", env = {}) {
      const child = new Deno.Command(Deno.execPath(), {
        args: [...program, ...words],
        clearEnv: true,
        env: surroundings(env),
        ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
      }).spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(input));
      await writer.close();
      const { code, stdout, stderr } = await child.output();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    },
    terminal(words) {
      const command = [Deno.execPath(), ...program, ...words].map((word) => `'${word}'`).join(" ");
      const child = new Deno.Command("/usr/bin/script", {
        args: ["-qefc", command, "/dev/null"],
        clearEnv: true,
        env: surroundings({ TERM: "xterm-256color", SHELL: "/bin/sh" }),
        ...{ stdin: "piped", stdout: "piped", stderr: "null" },
      }).spawn();
      children.push(child);
      const keyboard = child.stdin.getWriter();
      let written = "";
      let changed = Promise.withResolvers<void>();
      const reading = (async () => {
        const decoder = new TextDecoder();
        for await (const bytes of child.stdout) {
          written += decoder.decode(bytes, { stream: true });
          changed.resolve();
        }
      })();
      return {
        written: () => written,
        type: (keys) => void keyboard.write(new TextEncoder().encode(keys)),
        async sees(pattern) {
          const end = performance.now() + 20_000;
          while (!pattern.test(written)) {
            changed = Promise.withResolvers<void>();
            const late = setTimeout(() => changed.resolve(), 20_000);
            await changed.promise;
            clearTimeout(late);
            assert.ok(performance.now() < end, `never saw ${pattern} in ${JSON.stringify(written)}`);
          }
        },
        code: child.status.then(async ({ code }) => {
          await reading;
          return code;
        }),
      };
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) {
        try {
          child.kill("SIGKILL");
        } catch (error) {
          // It has ended, as it should.
          if (!(error instanceof TypeError)) throw error;
        }
      }
      await modelServer.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
