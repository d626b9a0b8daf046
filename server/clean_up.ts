/** Takes away for good what was deleted, once it can no longer be undone. */
import { type ConversationStore, undoMs } from "./domain/conversation.ts";
import { pause } from "./pause.ts";

const everyMs = 30_000;

/** Works until aborted; a failure is reported, and tried again at the next turn. */
export async function runCleanUp(
  conversations: ConversationStore,
  report: (error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pause(everyMs, signal);
    if (signal.aborted) break;
    await conversations.purge(undoMs).catch(report);
  }
}
