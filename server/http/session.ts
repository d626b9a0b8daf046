/** The browser's proof that the key was given: a signed cookie that runs out, and nothing kept on the server. */
import { createHmac, timingSafeEqual } from "node:crypto";

/** For `Set-Cookie`, and read back by `isSession`. */
export const cookieName = "whisper_session";
export const sessionSeconds = 30 * 24 * 3600;

/** `server/config` allows as many, and ASCII only. */
const maxKeyBytes = 512;
const encoder = new TextEncoder();

export interface Sessions {
  /** A cookie's value that is good until `sessionSeconds` from now. */
  issue(nowMs: number): string;
  isSession(cookie: string, nowMs: number): boolean;
  isKey(given: string): boolean;
}

/** Another key makes every cookie that was signed with this one worthless. */
export function openSessions(key: string): Sessions {
  const signingKey = createHmac("sha256", key).update("whisperengine session 1").digest();
  const sign = (text: string) => createHmac("sha256", signingKey).update(text).digest();
  if (key.length > maxKeyBytes) throw new Error(`a key has at most ${maxKeyBytes} characters`);
  const wanted = padded(key);
  return {
    issue(nowMs) {
      const until = String(nowMs + sessionSeconds * 1000);
      return `${until}.${sign(until).toString("base64url")}`;
    },
    isSession(cookie, nowMs) {
      const [until = "", signature = ""] = cookie.split(".");
      if (!/^\d{1,15}$/.test(until) || Number(until) < nowMs) return false;
      const given = new Uint8Array(decodeBase64(signature));
      const wanted = sign(until);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
    isKey: (given) => timingSafeEqual(padded(given), wanted),
  };
}

/**
 * As bytes of one length whatever the key, so that neither its length nor its bytes show in the time a comparison
 * takes. Its length stands at the end: NULs do not lengthen it unseen.
 */
function padded(key: string): Uint8Array {
  const bytes = new Uint8Array(maxKeyBytes + 2);
  const { read, written } = encoder.encodeInto(key, bytes.subarray(0, maxKeyBytes));
  // A longer one is equal to none.
  const length = read < key.length ? 0xffff : written;
  bytes[maxKeyBytes] = length >> 8;
  bytes[maxKeyBytes + 1] = length & 0xff;
  return bytes;
}

function decodeBase64(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch (error) {
    if (error instanceof SyntaxError) return new Uint8Array();
    throw error;
  }
}
