/** Lets in whoever has the key: as a bearer token, or in a browser by a cookie that the key was exchanged for. */
import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { ChatError } from "../domain/error.ts";
import { callerOf } from "./caller.ts";
import type { AppOptions, HttpEnv } from "./options.ts";
import { openRateLimit } from "./rate_limit.ts";
import { cookieName, openSessions, type Sessions } from "./session.ts";

export interface Door {
  /** Null where nobody signs in. */
  readonly sessions: Sessions | null;
  /** Sets the caller. Throws "unauthorized", and "rate_limited" after too many wrong keys. */
  readonly admit: MiddlewareHandler<HttpEnv>;
  isSignedIn(c: Context<HttpEnv>): boolean;
  /** Whether this is the key. Throws "rate_limited" after too many wrong ones from this address. */
  tryKey(c: Context<HttpEnv>, given: string): boolean;
}

export function openDoor({ auth, workspace, limits }: Pick<AppOptions, "auth" | "workspace" | "limits">): Door {
  const sessions = auth.mode === "key" ? openSessions(auth.key) : null;
  const wrongKeys = openRateLimit({ perMinute: limits.wrongKeysPerMinute, size: limits.addresses });
  const seen = new Set<string>();

  function tryKey(c: Context<HttpEnv>, given: string): boolean {
    const who = addressOf(c);
    const retryAfterMs = wrongKeys.wait(who);
    if (retryAfterMs > 0) {
      throw new ChatError("rate_limited", "Cannot check another key: too many were wrong, wait a little", {
        retryAfterMs,
      });
    }
    if (sessions?.isKey(given) ?? true) return true;
    // A program that was left with an old key repeats that one; guessing takes others.
    const attempt = createHash("sha256").update(`${who} ${given}`).digest("base64");
    if (!seen.has(attempt)) wrongKeys.take(who);
    seen.delete(attempt);
    seen.add(attempt);
    const [oldest] = seen;
    if (seen.size > limits.addresses && oldest !== undefined) seen.delete(oldest);
    return false;
  }

  function hasCookie(c: Context<HttpEnv>): boolean {
    const cookie = getCookie(c, cookieName);
    return cookie !== undefined && sessions !== null && sessions.isSession(cookie, Date.now());
  }

  function isSignedIn(c: Context<HttpEnv>): boolean {
    if (!sessions) return true;
    const bearer = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    return bearer === undefined ? hasCookie(c) : tryKey(c, bearer);
  }

  return {
    sessions,
    tryKey,
    isSignedIn,
    async admit(c, next) {
      if (!isSignedIn(c)) {
        throw new ChatError(
          "unauthorized",
          `Cannot let you in: send the key as "Authorization: Bearer …", or sign in on the page`,
        );
      }
      c.set("caller", callerOf(workspace, c.req.raw.headers));
      await next();
    },
  };
}

/** The other end's address; one name for all where there is none to tell (a request made in this process). */
export function addressOf(c: Context<HttpEnv>): string {
  const address = c.env?.remoteAddr;
  return address && "hostname" in address ? address.hostname : "here";
}
