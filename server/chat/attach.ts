/** A turn's text from any position on, to the end: first what is stored, then what comes, from whichever process writes it. */
import { ChatError } from "../domain/error.ts";
import type { Store } from "../domain/store.ts";
import { type Channel, type Chunk, isOpen, type Viewer } from "../domain/turn.ts";
import type { TurnEvent } from "./engine.ts";
import type { Hints } from "./hints.ts";
import { waitAtMost } from "./wait.ts";

/** How long a lost hint can delay a listener. */
const lookAgainMs = 1000;
/** A slow reader costs no memory: past so many chunks the rest is read from the store, where it is anyway. */
const maxHeard = 8;

export async function* attach(
  { store, hints }: { store: Store; hints: Hints },
  { viewer, turn, from }: { viewer: Viewer; turn: string; from: { text: number; reasoning: number } },
  signal: AbortSignal,
): AsyncIterable<TurnEvent> {
  const at: Record<Channel, number> = { ...from };
  let heard: Chunk[] = [];
  let wake = Promise.withResolvers<void>();
  // A committed chunk that follows on is all that is new; anything else is answered by a look into the store.
  let mustLook = true;
  // Listening starts before the first read, so nothing falls between.
  const leave = hints.hear(turn, (chunk) => {
    if (chunk && heard.length < maxHeard) heard.push(chunk);
    else mustLook = true;
    wake.resolve();
  });
  const wakeUp = () => wake.resolve();
  signal.addEventListener("abort", wakeUp);
  try {
    while (!signal.aborted) {
      const next = heard.findIndex((chunk) => chunk.position === at[chunk.channel]);
      if (next >= 0) {
        const chunk = heard[next]!;
        heard = heard.slice(next + 1);
        at[chunk.channel] += chunk.text.length;
        yield chunk;
        continue;
      }
      // What stands before our place is known already.
      if (heard.some((chunk) => chunk.position > at[chunk.channel])) mustLook = true;
      heard = [];
      if (!mustLook) {
        wake = Promise.withResolvers();
        await waitAtMost(wake.promise, lookAgainMs);
        if (heard.length === 0) mustLook = true;
        continue;
      }
      mustLook = false;
      const stored = await store.turns.read(viewer, turn, { ...at });
      if (!stored) throw new ChatError("not_found", `Cannot follow turn "${turn}": there is none that you can see`);
      for (const [channel, text] of [["reasoning", stored.reasoning], ["text", stored.text]] as const) {
        if (!text) continue;
        const position = at[channel];
        at[channel] += text.length;
        yield { channel, position, text };
      }
      if (!isOpen(stored.turn.state)) return yield { ended: stored.turn };
    }
  } finally {
    signal.removeEventListener("abort", wakeUp);
    leave();
  }
}
