/** Who holds the data folder: one process at a time. */
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { ChatError } from "../../../server/domain/error.ts";

export interface Lock {
  release(): void;
}

/**
 * Ours until released or until this process ends, however it ends. Throws `ChatError` "unavailable" when another
 * process holds it for longer than `waitMs`, or when the folder cannot be written.
 */
export async function lock(file: string, waitMs: number): Promise<Lock> {
  const handle = await open(file);
  const until = performance.now() + waitMs;
  while (!await handle.tryLock(true)) {
    if (performance.now() >= until) {
      handle.close();
      throw new ChatError(
        "unavailable",
        `Cannot use the data folder "${
          dirname(file)
        }": another WhisperEngine uses it; stop that one, or choose another folder`,
      );
    }
    await setTimeout(50);
  }
  return { release: () => handle.close() };
}

async function open(file: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(`${file}.lock`, { create: true, write: true, mode: 0o600 });
  } catch (error) {
    throw new ChatError(
      "unavailable",
      `Cannot use the data folder "${dirname(file)}": ${reason(error)}; this user must be able to write there`,
      { cause: error },
    );
  }
}

function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "it does not exist";
  if (error instanceof Error && error.message.includes("Read-only file system")) return "it is read-only";
  if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
    return "access is denied";
  }
  return error instanceof Error ? error.message : String(error);
}
