/** What SQLite says when it cannot work, as one sentence with its cure. */
import { ChatError } from "../../../server/domain/error.ts";

/** By the texts of `sqlite3_errstr`, which stand in every error; only some of node:sqlite's carry a code. */
const cures: readonly (readonly [text: string, cure: string])[] = [
  ["database or disk is full", "the disk is full; free some space, nothing that was stored is lost"],
  ["attempt to write a readonly database", "it is read-only; let this user write to the file and its folder"],
  ["disk I/O error", "the disk does not answer properly; check it, and that the folder is still there and writable"],
  [
    "unable to open database file",
    "it cannot be opened; check that its folder is there and that this user may write to it",
  ],
  ["database is locked", "another program is writing to it; close that program"],
  ["database disk image is malformed", "the file is damaged; go back to a backup with: whisperengine restore <backup>"],
  [
    "file is not a database",
    "it is not a database; name another file, or go back to a backup with: whisperengine restore <backup>",
  ],
];

/** "unavailable" for what the machine does to us; anything else (a bug, a broken rule) as it is. */
export function explain(error: unknown, file: string): unknown {
  const problem = problemOf(error);
  return problem
    ? new ChatError("unavailable", `Cannot use the database "${file}": ${problem}`, { cause: error })
    : error;
}

/** What is wrong and its cure; undefined when it is nothing that the machine did. */
export function problemOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || error instanceof ChatError) return;
  return cures.find(([text]) => error.message.includes(text))?.[1];
}

/** The result of `work`, its errors explained. */
export function explained<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw explain(error, file);
  }
}
