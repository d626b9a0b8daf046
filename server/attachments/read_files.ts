/** The files of a message, made ready for a model: each recognised by what it holds, its text taken out on this machine. */
import { ChatError } from "../domain/error.ts";
import type { Attachment } from "../domain/message.ts";
import { recognise } from "./recognise.ts";
import { takeText } from "./take_text.ts";

/** How long one file may take to be read. */
const timeLimitMs = 30_000;

/**
 * The same files in the same order: the media type is what the bytes say, and all but images carry their `text`.
 * Throws `ChatError` "invalid" for a file that cannot be read, "too_large" for one that takes too long.
 */
export async function readFiles(files: readonly Attachment[]): Promise<Attachment[]> {
  const read: Attachment[] = [];
  // One after the other: a message costs one worker at a time, however many files it has.
  for (const file of files) read.push(await readFile(file));
  return read;
}

async function readFile({ name, bytes }: Attachment): Promise<Attachment> {
  const found = recognise(name, bytes);
  if ("problem" in found) throw cannotRead(name, found.problem);
  const { mediaType } = found;
  if (found.kind === "image") return { name, mediaType, bytes };
  if (found.kind === "text") return { name, mediaType, bytes, text: found.text };
  const taken = await takeText(found.kind, bytes, timeLimitMs);
  if ("problem" in taken) throw cannotRead(name, taken.problem, taken.isLate ? "too_large" : "invalid");
  return { name, mediaType, bytes, text: taken.text };
}

function cannotRead(name: string, problem: string, code: "invalid" | "too_large" = "invalid"): ChatError {
  return new ChatError(code, `Cannot read "${name.slice(0, 100)}": ${problem}`);
}
