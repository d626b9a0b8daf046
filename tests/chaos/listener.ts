/** Somebody who follows one answer over many connections, from the character that was seen last. */
import type { TurnEvent } from "../../server/chat/engine.ts";
import { script } from "../fakes/model_script.ts";
import { abandoned, pause, type Sent, type World } from "./world.ts";

/** A connection that says nothing for so long is given up. */
const silenceMs = 2500;

/** Resolves when the end was seen; what was wrong on the way is a violation. */
export async function listen(world: World, sent: Sent): Promise<void> {
  const { random, violate, count } = world;
  const whole = script(sent.text);
  let text = "";

  /** True when it was the end. */
  async function take(event: TurnEvent): Promise<boolean> {
    if ("ended" in event) {
      const { state } = event.ended;
      if (state === "interrupted") {
        count("interruptions seen live");
        return false;
      }
      if (state === "done" && text !== whole) {
        violate(`a listener of ${sent.externalId} got ${text.length} of ${whole.length} characters`);
      }
      const [kept] = await world.query<{ text: string | null }>(
        `select text from messages where platform = 'answer' and external_id = '${sent.turn}'`,
      );
      if (kept?.text !== text) {
        violate(`a listener of ${sent.externalId} saw ${text.length} characters, kept are ${kept?.text?.length}`);
      }
      count(`listeners that saw "${state}"`);
      return true;
    }
    if (event.channel !== "text") return false;
    if (event.position !== text.length) {
      violate(`a gap or a repeat in ${sent.externalId}: at ${text.length} came ${event.position}`);
    }
    text += event.text;
    if (!whole.startsWith(text)) violate(`wrong text in ${sent.externalId} at ${event.position}`);
    return false;
  }

  async function followOnce(signal: AbortSignal, alive: () => void): Promise<boolean> {
    const path = `/attach?workspace=${sent.workspace}&turn=${sent.turn}&from=${text.length}`;
    const response = await fetch(world.url() + path, { signal });
    if (!response.ok) throw new Error(await response.text());
    count("attachments");
    let rest = "";
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      alive();
      const lines = (rest + piece).split("\n");
      rest = lines.pop()!;
      for (const line of lines) if (await take(JSON.parse(line))) return true;
    }
    return false;
  }

  count("listeners");
  while (!world.ending.signal.aborted) {
    const connection = new AbortController();
    const cut = random() < 0.6 ? setTimeout(() => connection.abort(), 30 + random() * 500) : undefined;
    let silence = setTimeout(() => connection.abort(), silenceMs);
    const alive = () => {
      clearTimeout(silence);
      silence = setTimeout(() => connection.abort(), silenceMs);
    };
    try {
      if (world.url() && await followOnce(connection.signal, alive)) return;
    } catch { // cut by us, or killed
      count("connections that broke");
    } finally {
      clearTimeout(cut);
      clearTimeout(silence);
    }
    await pause(50 + random() * 200);
    if (abandoned.has(sent.c) && world.writing.signal.aborted && await isInterrupted(world, sent)) return;
  }
  violate(`a listener of ${sent.externalId} never saw the end, has ${text.length} of ${whole.length}`);
}

async function isInterrupted({ query }: World, { turn }: Sent): Promise<boolean> {
  const [row] = await query<{ state: string }>(`select state from turns where id = '${turn}'`);
  return row?.state === "interrupted";
}
