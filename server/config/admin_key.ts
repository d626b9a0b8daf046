/** The admin key that is made once for a container whose owner gave none. */
import { join } from "node:path";
import { ChatError } from "../domain/error.ts";
import { writePrivately } from "./private_file.ts";
import type { Settings } from "./settings.ts";

export interface KeyedSettings {
  readonly settings: Settings;
  /** True when the key was made just now: the one time at which it is to be printed. */
  readonly isNew: boolean;
}

/** Settings whose `adminKey` is there when `auth` is "key": given, kept in `<data>/admin_key`, or made and kept there. */
export async function ensureAdminKey(settings: Settings): Promise<KeyedSettings> {
  if (settings.auth === "none" || settings.adminKey !== null) return { settings, isNew: false };
  const kept = await readKeptKey(settings.dataFolder);
  if (kept !== undefined) return { settings: { ...settings, adminKey: kept }, isNew: false };
  const adminKey = `we_${
    crypto.getRandomValues(new Uint8Array(32)).toBase64({ alphabet: "base64url", omitPadding: true })
  }`;
  await writePrivately(keyFile(settings.dataFolder), adminKey + "\n");
  return { settings: { ...settings, adminKey }, isNew: true };
}

/** Undefined when none was made. Throws `ChatError` "invalid" when the file does not hold a key. */
export async function readKeptKey(dataFolder: string): Promise<string | undefined> {
  const file = keyFile(dataFolder);
  try {
    const key = (await Deno.readTextFile(file)).trim();
    if (/^[\x21-\x7e]{16,512}$/.test(key)) return key;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
  throw new ChatError("invalid", `Cannot use the admin key in "${file}": must be one line of at least 16 characters`);
}

function keyFile(dataFolder: string): string {
  return join(dataFolder, "admin_key");
}
