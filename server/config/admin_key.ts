/** The admin key that is made once for a container whose owner gave none. */
import { join } from "node:path";
import { ChatError } from "../domain/error.ts";
import { writePrivately } from "./private_file.ts";
import type { Settings } from "./settings.ts";

export interface KeyedSettings {
  readonly settings: Settings;
  /** True when the key was made just now: the one time at which it is to be printed. */
  readonly isNew: boolean;
  /** Where a key that was made is kept. */
  readonly file: string;
}

/** Settings whose `adminKey` is there when `auth` is "key": given, kept in `<data>/admin_key`, or made and kept there. */
export async function ensureAdminKey(settings: Settings): Promise<KeyedSettings> {
  const file = join(settings.dataFolder, "admin_key");
  if (settings.auth === "none" || settings.adminKey !== null) return { settings, isNew: false, file };
  const kept = await readKeptKey(file);
  if (kept !== undefined) return { settings: { ...settings, adminKey: kept }, isNew: false, file };
  const adminKey = `we_${
    crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url", omitPadding: true })
  }`;
  try {
    await writePrivately(file, `${adminKey}\n`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const cure = "this user must be able to write there, or WHISPER_ADMIN_KEY must be set";
    throw new ChatError("unavailable", `Cannot keep the admin key in "${file}": ${cure}`, { cause: error });
  }
  return { settings: { ...settings, adminKey }, isNew: true, file };
}

/** Undefined when none was made. Throws `ChatError` "invalid" when the file does not hold a key. */
async function readKeptKey(file: string): Promise<string | undefined> {
  try {
    const key = (await Deno.readTextFile(file)).trim();
    if (/^[\x21-\x7e]{16,512}$/.test(key)) return key;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  throw new ChatError("invalid", `Cannot use the admin key in "${file}": must be one line of at least 16 characters`);
}
