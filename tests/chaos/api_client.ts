/** Somebody's script against the REST API: it says something, records every character it is shown, and comes back. */
import assert from "node:assert/strict";
import type { WireMessage } from "../../server/domain/wire.ts";

/** What was seen of one answer. */
export interface Seen {
  readonly question: string;
  turn: string;
  conversation: string;
  text: string;
  /** The name of the last event that says how it ended: "done" or "error"; empty while there was none. */
  end: string;
}

/** Where a connection is cut: after so many bytes of its answer, wherever they end. */
export interface Cut {
  readonly afterBytes: number;
}

const never: Cut = { afterBytes: Infinity };

/** Says something and records what comes until the end, or until the connection breaks or is cut. */
export async function ask(url: string, seen: Seen, cut = never): Promise<void> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": seen.question },
    // Read once, so that it is sent once.
    body: ReadableStream.from([new TextEncoder().encode(JSON.stringify({ message: seen.question, stream: true }))]),
  };
  await record(`${url}/api/chat`, seen, { init, cut });
}

/** Listens on from the last character that was seen. */
export async function resume(url: string, seen: Seen, cut = never): Promise<void> {
  const init = { headers: { "last-event-id": String(seen.text.length) }, signal: AbortSignal.timeout(20_000) };
  await record(`${url}/api/turns/${seen.turn}/events`, seen, { init, cut });
}

/** Presses "continue". */
export async function goOn(url: string, seen: Seen): Promise<void> {
  const response = await fetch(`${url}/api/turns/${seen.turn}/continue`, { method: "POST" });
  const body = await response.text();
  assert.equal(response.status, 202, body);
}

export async function messages(url: string, conversation: string): Promise<WireMessage[]> {
  const response = await fetch(`${url}/api/conversations/${conversation}/messages`);
  const body = await response.json();
  assert.equal(response.status, 200, JSON.stringify(body));
  return body.messages;
}

/** A position that does not follow the text that was seen is a gap or a repeat. */
async function record(url: string, seen: Seen, { init, cut }: { init: RequestInit; cut: Cut }): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch { // killed or cut: what was seen is what counts
    return;
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  const decoder = new TextDecoder();
  let rest = "";
  let left = cut.afterBytes;
  try {
    for await (const bytes of response.body!) {
      const blocks = (rest + decoder.decode(bytes.subarray(0, left), { stream: true })).split("\n\n");
      rest = blocks.pop()!;
      for (const block of blocks) take(block, seen);
      left -= bytes.length;
      if (left <= 0) break;
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
  }
}

function take(block: string, seen: Seen): void {
  const fields = new Map(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  const event = fields.get("event");
  if (event === undefined) return; // a heartbeat
  const data = JSON.parse(fields.get("data") ?? "{}");
  if (event === "turn") {
    seen.turn = data.turn_id;
    seen.conversation = data.conversation_id;
  } else if (event === "delta") {
    seen.text += data.text;
    assert.equal(Number(fields.get("id")), seen.text.length, "a gap or a repeat in the stream");
  } else if (event === "done" || event === "error") seen.end = event;
}
