/** The settings file: `settings.json` in the data folder, an object of setting names and `providers`. */
import { join } from "node:path";
import { ChatError } from "../domain/error.ts";
import { writePrivately } from "./private_file.ts";

/** Values as they stand there; unchecked. */
export interface SettingsFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const maxBytes = 1_000_000;

export function settingsFilePath(dataFolder: string): string {
  return join(dataFolder, "settings.json");
}

/** Empty when there is none. Throws `ChatError` "invalid" when it cannot be read or is not a JSON object. */
export async function readSettingsFile(dataFolder: string): Promise<SettingsFile> {
  const path = settingsFilePath(dataFolder);
  let text: string;
  try {
    if ((await Deno.stat(path)).size > maxBytes) throw wrong(path, "must not be larger than 1 MB");
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return { path, values: {} };
    }
    if (error instanceof Deno.errors.PermissionDenied) throw wrong(path, "must be readable for this user", error);
    throw error;
  }
  try {
    const values: unknown = JSON.parse(text);
    if (isRecord(values)) return { path, values };
  } catch (error) {
    if (error instanceof SyntaxError) throw wrong(path, `must be JSON (${place(error)})`, error);
    throw error;
  }
  throw wrong(path, `must be a JSON object, like {"WHISPER_PORT": 8090}`);
}

/** Writes it whole or not at all, readable for this user only; makes the folder when it is not there. */
export async function writeSettingsFile({ path, values }: SettingsFile): Promise<void> {
  await writePrivately(path, JSON.stringify(values, null, 2) + "\n");
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(path: string, right: string, cause?: unknown): ChatError {
  return new ChatError("invalid", `Cannot use the settings file "${path}": it ${right}`, { cause });
}

/** The parser's message quotes the text around the mistake, which may be a key: only the place is passed on. */
function place(error: SyntaxError): string {
  return /line \d+ column \d+|position \d+/.exec(error.message)?.[0] ?? "it ends too early or holds a wrong character";
}
