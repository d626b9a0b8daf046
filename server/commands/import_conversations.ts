/** Conversations of other programs, read from the command line: a line for each that fails, and the counts at the end. */
import type { Store } from "../domain/store.ts";
import { runImport } from "../import/run_import.ts";
import { homeWorkspace } from "../home_workspace.ts";
import { printError, printLine } from "./print.ts";

/** By its first bytes: a ZIP, or JSON. False for a file that is not there, too. */
export async function isForeignExport(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path);
    const start = new Uint8Array(64);
    const length = await file.read(start) ?? 0;
    const text = new TextDecoder().decode(start.subarray(0, length)).replace(/^\ufeff/, "").trimStart();
    return text.startsWith("PK\x03\x04") || text.startsWith("[") || text.startsWith("{");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) return false;
    throw error;
  }
}

/** The exit code: 1 when a conversation could not be taken over. */
export async function importConversations(path: string, { conversations, people }: Store): Promise<number> {
  using file = await Deno.open(path);
  const owner = { workspace: homeWorkspace, person: await people.find(homeWorkspace, "local", "You") };
  let failed = 0;
  for await (const event of runImport(file, { conversations, owner }, new AbortController().signal)) {
    if (event.kind === "conversation" && event.outcome === "failed") {
      printError(`Not imported: ${JSON.stringify(event.title ?? "a conversation without a title")}: ${event.reason}`);
    } else if (event.kind === "done") {
      const { imported, present } = event.counts;
      failed = event.counts.failed;
      printLine(`Conversations imported: ${imported}, there already: ${present}, failed: ${failed}`);
    }
  }
  return failed > 0 ? 1 : 0;
}
