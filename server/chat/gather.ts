/** Groups a model's events into pieces worth storing: the first at once, then whatever comes until the next beat of `ms`. */
import type { ModelEvent } from "../domain/model.ts";
import type { Channel } from "../domain/turn.ts";
import { waitAtMost } from "./wait.ts";

export interface Piece {
  readonly channel: Channel;
  readonly text: string;
}

/** What came before a failure comes before it here too. `note` hears the events that are not text, in order. */
export async function* gather(
  source: AsyncIterable<ModelEvent>,
  ms: number,
  note: (event: ModelEvent) => void,
): AsyncIterable<Piece> {
  let pieces: { channel: Channel; text: string }[] = [];
  let ended = false;
  let failure: unknown;
  let arrived = Promise.withResolvers<void>();

  async function pump() {
    try {
      for await (const event of source) {
        if (event.type !== "text" && event.type !== "reasoning") {
          note(event);
          continue;
        }
        const last = pieces.at(-1);
        if (last?.channel === event.type) last.text += event.text;
        else pieces.push({ channel: event.type, text: event.text });
        arrived.resolve();
      }
    } catch (error) {
      failure = error;
    }
    ended = true;
    arrived.resolve();
  }

  const pumped = pump();
  let isFirst = true;
  while (true) {
    await arrived.promise;
    // All answers keep the same beat, so that one commit carries the pieces of many.
    const earlyMs = isFirst || ms <= 0 ? 0 : ms - performance.now() % ms;
    if (earlyMs > 0 && !ended) await waitAtMost(pumped, earlyMs);
    isFirst = false;
    const group = pieces;
    pieces = ended ? [] : halfCharacters(group);
    arrived = Promise.withResolvers();
    if (ended) arrived.resolve();
    for (const { channel, text } of group) if (text) yield { channel, text: text.toWellFormed() };
    if (ended && pieces.length === 0) break;
  }
  if (failure !== undefined) throw failure;
}

/** Takes a last character that has come only in half out of the group: stores refuse halves. */
function halfCharacters(group: { channel: Channel; text: string }[]): { channel: Channel; text: string }[] {
  const last = group.at(-1);
  const half = last && /[\ud800-\udbff]$/.exec(last.text)?.[0];
  if (!half) return [];
  last.text = last.text.slice(0, -1);
  return [{ channel: last.channel, text: half }];
}
