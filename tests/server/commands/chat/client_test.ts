/** The terminal's client against the whole program: whatever happens to the connection, one question, one whole answer. */
import assert from "node:assert/strict";
import {
  type AnswerEvent,
  type ChatClient,
  openChatClient,
  type Question,
} from "../../../../server/commands/chat/client.ts";
import { directSend } from "../../../../server/commands/chat/direct_send.ts";
import { script } from "../../../fakes/model_script.ts";
import { openProgramHere, type ProgramHere } from "./program_here.ts";

const question: Question = { message: "tell me", conversation: null, model: null, allowOutside: false };

Deno.test("an answer arrives whole, without gap or repeat, though the connection breaks again and again", async () => {
  await using program = await openProgramHere("sim-tps400");
  let breaks = 0;
  const client = clientOf(program, async (request) => {
    const response = await program.running.fetch(request);
    if (response.body === null) return response;
    breaks++;
    return new Response(cutAfter(response.body, 200 + 180 * breaks, breaks % 2 === 0), response);
  });
  const events = await all(client.ask(question, new AbortController().signal));
  assert.equal(textOf(events), script("tell me"));
  assert.equal(events.at(-1)?.type, "done");
  assert.equal(events.filter(({ type }) => type === "turn").length, 1);
  assert.ok(breaks > 3, `only ${breaks} connections`);
  assert.equal(asked(program), 1);
});

Deno.test("a question whose answer was lost is sent again and still asked only once", async () => {
  await using program = await openProgramHere("sim");
  let calls = 0;
  const client = clientOf(program, async (request) => {
    const response = await program.running.fetch(request);
    if (++calls > 2) return response;
    await response.body?.cancel();
    throw new TypeError("connection closed before message completed");
  });
  const events = await all(client.ask(question, new AbortController().signal));
  assert.equal(textOf(events), script("tell me"));
  assert.equal(calls, 3);
  assert.equal(asked(program), 1);
  const [first] = events;
  assert.ok(first?.type === "turn");
  const messages = await client.lastMessages(first.turn.conversation_id);
  assert.deepEqual(messages.map(({ role }) => role), ["user", "assistant"]);
});

Deno.test("a server that is gone is given up after some tries, in words", async () => {
  let tries = 0;
  const client = openChatClient({
    url: "http://nowhere.test",
    key: null,
    pauseMs: () => 0,
    send: () => {
      tries++;
      return Promise.reject(new TypeError("refused"));
    },
  });
  const events = await all(client.ask(question, new AbortController().signal));
  assert.ok(tries > 1 && tries < 20);
  assert.deepEqual(events, [{
    type: "failed",
    error: {
      code: "unreachable",
      message: "Cannot reach the server at http://nowhere.test: it does not answer",
      retryable: true,
    },
  }]);
});

Deno.test("stopping keeps what was said and closes the call to the model", async () => {
  await using program = await openProgramHere("sim-tps20-n100");
  const client = clientOf(program);
  const events: AnswerEvent[] = [];
  let turn = "";
  for await (const event of client.ask(question, new AbortController().signal)) {
    events.push(event);
    if (event.type === "turn") turn = event.turn.turn_id;
    if (event.type === "text" && events.filter(({ type }) => type === "text").length === 3) await client.stop(turn);
  }
  const last = events.at(-1);
  assert.ok(last?.type === "done");
  assert.equal(last.reply.state, "stopped");
  assert.equal(last.reply.reply, textOf(events));
  await until(() => program.modelServer.counts.aborted === 1);
});

Deno.test("refusals come in the server's words", async () => {
  await using program = await openProgramHere("sim");
  const client = clientOf(program);
  const [refused] = await all(client.ask({ ...question, conversation: "nope" }, new AbortController().signal));
  assert.ok(refused?.type === "failed");
  assert.match(refused.error.message, /conversation "nope"/);
  await assert.rejects(client.conversation("nope"), { code: "not_found" });
});

Deno.test("requests go straight to the machine's own server, each over a connection of its own", async () => {
  const seen: { path: string; body: string; proxied: boolean; key: string | null }[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    seen.push({
      path: pathname,
      body: await request.text(),
      proxied: request.headers.has("via"),
      key: request.headers.get("authorization"),
    });
    return pathname === "/slow" ? new Response(new ReadableStream()) : Response.json({ models: [], default: "x/y" });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  Deno.env.set("HTTP_PROXY", "http://127.0.0.1:1");
  try {
    const client = openChatClient({ send: directSend, url, key: "the-key" });
    assert.equal((await client.models()).default, "x/y");
    const posted = await directSend(new Request(`${url}/post`, { method: "POST", body: "grüße" }));
    await posted.text();
    const slow = new AbortController();
    const response = await directSend(new Request(`${url}/slow`, { signal: slow.signal }));
    const reading = response.text();
    slow.abort();
    await assert.rejects(reading);
  } finally {
    Deno.env.delete("HTTP_PROXY");
  }
  assert.deepEqual(seen.map(({ path, body, key }) => [path, body, key]), [
    ["/api/models", "", "Bearer the-key"],
    ["/post", "grüße", null],
    ["/slow", "", null],
  ]);
});

function clientOf(
  program: ProgramHere,
  send = program.running.fetch as (request: Request) => Promise<Response> | Response,
): ChatClient {
  return openChatClient({ url: "http://localhost", key: null, pauseMs: () => 0, send: (request) => send(request) });
}

/** Calls of the model for an answer; a title is none. */
function asked({ modelServer }: ProgramHere): number {
  return modelServer.requests.filter(({ body }) => String(JSON.stringify(body)).includes(`"content":"tell me"`)).length;
}

/** Looks often, for at most five seconds. */
async function until(isTrue: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!isTrue()) {
    assert.ok(performance.now() < end, `not so in time: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function textOf(events: readonly AnswerEvent[]): string {
  return events.map((event) => event.type === "text" ? event.text : "").join("");
}

/** Breaks after so many bytes: with an error, or as if it were the end. */
function cutAfter(body: ReadableStream<Uint8Array>, bytes: number, withError: boolean): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let left = bytes;
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      controller.enqueue(value.slice(0, left));
      left -= value.length;
      if (left > 0) return;
      await reader.cancel();
      if (withError) controller.error(new TypeError("connection reset"));
      else controller.close();
    },
    cancel: () => reader.cancel(),
  });
}
