/** Refuses what other web pages make a browser do: calls under a borrowed name, and writes from elsewhere. */
import type { Context, MiddlewareHandler } from "hono";
import { ChatError } from "../domain/error.ts";
import type { AppOptions, HttpEnv } from "./options.ts";

const probes = new Set(["/healthz", "/readyz"]);
const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Against DNS rebinding: only names that are ours. Where a key is needed any name will do unless names are given,
 * because a page under another name has neither the key nor the cookie. Probes come by address.
 */
export function guardHost(
  { auth, allowedHosts }: Pick<AppOptions, "auth" | "allowedHosts">,
): MiddlewareHandler<HttpEnv> {
  const names = new Set(allowedHosts.map((name) => name.toLowerCase()));
  const takesAny = names.has("*") || (auth.mode === "key" && names.size === 0);
  return async (c, next) => {
    if (!takesAny && !probes.has(c.req.path)) {
      const name = hostName(hostOf(c));
      if (!isLoopback(name) && !names.has(name)) {
        throw new ChatError(
          "forbidden",
          `Cannot be called as "${name}": name it in WHISPER_ALLOWED_HOSTS if this is where the server is reached`,
        );
      }
    }
    await next();
  };
}

/** Against forged requests: an unsafe method from a browser must come from our own pages or a configured origin. */
export function guardOrigin({ corsOrigins }: Pick<AppOptions, "corsOrigins">): MiddlewareHandler<HttpEnv> {
  const trusted = new Set(corsOrigins);
  return async (c, next) => {
    if (!safeMethods.has(c.req.method)) {
      const origin = c.req.header("origin");
      const site = c.req.header("sec-fetch-site");
      const isTrusted = origin !== undefined && trusted.has(origin);
      const isOwn = (origin === undefined || sameHost(origin, hostOf(c))) &&
        (site === undefined || site === "same-origin" || site === "none");
      if (!isTrusted && !isOwn) {
        throw new ChatError(
          "forbidden",
          `Cannot take a request from "${
            origin ?? site
          }": only this server's own pages and origins in WHISPER_CORS_ORIGINS may send it`,
        );
      }
    }
    await next();
  };
}

function hostOf(c: Context<HttpEnv>): string {
  return c.req.header("host") ?? new URL(c.req.url).host;
}

/** Without the port, lower case; brackets stay around an IPv6 address. */
function hostName(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, "").replace(/\.$/, "");
}

function isLoopback(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || name === "[::1]" ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}

/** A proxy may speak TLS for us, so the scheme says nothing. */
function sameHost(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
