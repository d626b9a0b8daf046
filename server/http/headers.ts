/** Headers that keep browsers from doing anything with our answers that they were not made for. */
import type { MiddlewareHandler } from "hono";
import type { HttpEnv } from "./options.ts";

/** Everything comes from this server; nothing is inline; nobody may put us in a frame. */
export const contentSecurityPolicy = policy("'self'");

/**
 * For the page that shows the API, whose library writes styles into its markup. Scripts stay as strict as anywhere,
 * and nothing that a person or a model has written is shown there.
 */
export const docsSecurityPolicy = policy("'self' 'unsafe-inline'");

const always: readonly (readonly [string, string])[] = [
  ["content-security-policy", contentSecurityPolicy],
  ["x-content-type-options", "nosniff"],
  ["referrer-policy", "no-referrer"],
  ["cross-origin-opener-policy", "same-origin"],
  ["cross-origin-resource-policy", "same-origin"],
  ["permissions-policy", "camera=(), geolocation=(), payment=(), usb=()"],
];

/** What an answer has set itself stays. */
export function securityHeaders(): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    await next();
    addSecurityHeaders(c.res.headers);
  };
}

export function addSecurityHeaders(headers: Headers): void {
  for (const [name, value] of always) {
    if (!headers.has(name)) headers.set(name, value);
  }
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
}

function policy(styles: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${styles}`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}
