/** `kill -9` in the middle of streaming, with the real program, the real HTTP API and nothing but SQLite. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openModelServer } from "../fakes/model_server.ts";
import { scriptTokens } from "../fakes/model_script.ts";
import { ask, goOn, messages, resume, type Seen } from "./api_client.ts";
import { startServer } from "../end_to_end/server_process.ts";
import { pause } from "./world.ts";

const moments = Deno.env.get("TEST_FULL") ? 50 : 10;
const askedAtOnce = 3;
const tokens = 300;
/** Faster than people read, slow enough that a kill finds it in the middle: 0.6 s. */
const model = `sim-tps500-n${tokens}`;

Deno.test(`the program is killed at ${moments} random moments of streaming, and nothing that was said or shown is lost`, async () => {
  const dataFolder = await Deno.makeTempDir({ prefix: "whisper-kill-" });
  const models = await openModelServer({ models: [model] });
  const start = () => startServer({ dataFolder, modelServer: models.url, model });
  const counts = { interrupted: 0, again: 0, done: 0, shown: 0 };
  const all: Seen[] = [];
  let server = await start();
  try {
    for (let moment = 0; moment < moments; moment++) {
      const asked = Array.from({ length: askedAtOnce }, (_, i): Seen => {
        return { question: `question ${moment}.${i}`, turn: "", conversation: "", text: "", end: "" };
      });
      const listening = asked.map((seen) => ask(server.url, seen));
      while (!asked.some(({ text }) => text !== "")) await pause(1);
      await pause(Math.random() * 600);
      await server.kill();
      await Promise.all(listening);
      checkCopy(dataFolder);
      server = await start();
      const accepted = asked.filter(({ turn }) => turn !== "");
      await Promise.all(accepted.map((seen) => comeBack(server.url, seen, counts)));
      all.push(...accepted);
    }
    for (const seen of all) await checkAtRest(server.url, seen);
    const repeated = [...models.counts.postsById].filter(([, posts]) => posts > 1);
    assert.deepEqual(repeated, [], "a call to the model was sent twice");
    assert.ok(counts.interrupted > 0 && counts.shown > 0, `nothing was interrupted: ${JSON.stringify(counts)}`);
  } finally {
    await server.kill();
    await models.close();
  }
  checkDatabase(`${dataFolder}/${databaseOf(dataFolder)}`, all.length);
  await Deno.remove(dataFolder, { recursive: true });
});

/** After the restart: all that was seen is there, and what was interrupted goes on with the next character. */
async function comeBack(url: string, seen: Seen, counts: Record<"interrupted" | "again" | "done" | "shown", number>) {
  const whole = scriptTokens(seen.question, tokens).join("");
  const [question, answer] = await messages(url, seen.conversation);
  assert.ok(question && answer);
  assert.equal(question.text, seen.question);
  assert.ok(answer.text.startsWith(seen.text), `shown were ${seen.text.length} characters of "${seen.question}"`);
  assert.ok(whole.startsWith(answer.text));
  if (seen.text !== "") counts.shown++;
  if (answer.state === "interrupted") {
    counts.interrupted++;
    await goOn(url, seen);
  } else if (answer.state === "done") {
    counts.done++;
    assert.equal(answer.text, whole);
  } else {
    // Nothing had been shown: it is tried again by itself.
    counts.again++;
    assert.ok(["queued", "running"].includes(answer.state), answer.state);
    assert.equal(seen.text, "");
  }
  await resume(url, seen);
  assert.equal(seen.text, whole);
  assert.equal(seen.end, "done");
}

async function checkAtRest(url: string, { question, conversation }: Seen): Promise<void> {
  const said = (await messages(url, conversation)).map(({ role, state, text }) => ({ role, state, text }));
  assert.deepEqual(said, [
    { role: "user", state: "done", text: question },
    { role: "assistant", state: "done", text: scriptTokens(question, tokens).join("") },
  ]);
}

/** The database as the kill has left it, looked at in a copy. */
function checkCopy(dataFolder: string): void {
  const copy = Deno.makeTempDirSync({ prefix: "whisper-copy-" });
  const name = databaseOf(dataFolder);
  for (const { name: file } of Deno.readDirSync(dataFolder)) {
    if ([name, `${name}-wal`].includes(file)) Deno.copyFileSync(`${dataFolder}/${file}`, `${copy}/${file}`);
  }
  checkDatabase(`${copy}/${name}`);
  Deno.removeSync(copy, { recursive: true });
}

/** With `accepted`: at least so many questions, each with one answer. */
function checkDatabase(file: string, accepted?: number): void {
  const database = new DatabaseSync(file);
  try {
    assert.equal(database.prepare("pragma integrity_check").get()?.integrity_check, "ok");
    const { n } = database.prepare(`
      select count(*) as n from turns where kind = 'answer' group by question_id having count(*) > 1
      union all select 0 order by n desc limit 1`).get()!;
    assert.equal(n, 0, "a message was answered twice");
    if (accepted === undefined) return;
    const questions = Number(database.prepare("select count(*) as n from messages where role = 'user'").get()!.n);
    assert.ok(questions >= accepted && questions <= moments * askedAtOnce, `${questions} of ${accepted} messages`);
  } finally {
    database.close();
  }
}

function databaseOf(dataFolder: string): string {
  const [name] = [...Deno.readDirSync(dataFolder)].map(({ name }) => name).filter((name) => name.endsWith(".db"));
  assert.ok(name, "there is no database");
  return name;
}
