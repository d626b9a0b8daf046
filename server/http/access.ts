/** Notes every answer: in the metrics by its route, and in the log by its request id. */
import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { HttpEnv, Server } from "./options.ts";

export function noteAccess({ metrics, log }: Pick<Server, "metrics" | "log">): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const startedMs = performance.now();
    await next();
    const tookMs = performance.now() - startedMs;
    const { status } = c.res;
    // The pattern: paths hold ids, and there is no end to them.
    const route = matchedRoutes(c).findLast(({ method }) => method !== "ALL")?.path ?? "none";
    const { method } = c.req;
    metrics.observe({ route, method: known.has(method) ? method : "other", status, seconds: tookMs / 1000 });
    log("debug", "request", { requestId: c.get("requestId"), method, route, status, ms: Math.round(tookMs) });
  };
}

const known = new Set(["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"]);
