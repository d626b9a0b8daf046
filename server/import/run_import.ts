/** Takes over all conversations of an export, one transaction each, and tells what becomes of every one. */
import type { ConversationStore } from "../domain/conversation.ts";
import { ChatError } from "../domain/error.ts";
import { openExport } from "./read_export.ts";

export interface ImportCounts {
  readonly imported: number;
  /** There since an earlier import. */
  readonly present: number;
  readonly failed: number;
}

export type ImportEvent =
  | { readonly kind: "conversation"; readonly title: string | null; readonly outcome: "imported" | "present" }
  | {
    readonly kind: "conversation";
    readonly title: string | null;
    readonly outcome: "failed";
    readonly reason: string;
  }
  | { readonly kind: "progress"; readonly readBytes: number; readonly totalBytes: number }
  | { readonly kind: "done"; readonly counts: ImportCounts };

export interface ImportTarget {
  readonly conversations: Pick<ConversationStore, "importConversation">;
  readonly owner: { readonly workspace: string; readonly person: string };
}

const progressMs = 200;

/** Stops between two conversations when aborted: what is in stays. Throws as `openExport` does. */
export async function* runImport(
  file: Deno.FsFile,
  { conversations, owner }: ImportTarget,
  signal: AbortSignal,
): AsyncGenerator<ImportEvent> {
  const archive = await openExport(file);
  const counts = { imported: 0, present: 0, failed: 0 };
  let toldAt = 0;
  for await (const item of archive.items(signal)) {
    if ("problem" in item) {
      counts.failed += 1;
      yield { kind: "conversation", title: item.title, outcome: "failed", reason: item.problem };
    } else {
      const { title } = item.conversation;
      try {
        const outcome = await conversations.importConversation(owner, item.conversation);
        counts[outcome] += 1;
        yield { kind: "conversation", title, outcome };
      } catch (error) {
        // One that is refused does not keep the others out; a database that is away does.
        if (!(error instanceof ChatError) || error.code === "unavailable") throw error;
        counts.failed += 1;
        yield { kind: "conversation", title, outcome: "failed", reason: error.message };
      }
    }
    if (performance.now() - toldAt < progressMs) continue;
    toldAt = performance.now();
    yield { kind: "progress", readBytes: archive.readBytes(), totalBytes: archive.totalBytes };
  }
  yield { kind: "done", counts };
}
