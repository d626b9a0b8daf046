/** The HTTP server as one function from request to response: pages, REST, OpenAI's API, health and metrics. */
import { Hono } from "hono";
import { cors } from "hono/cors";
import { methodNotAllowed } from "hono/method-not-allowed";
import { ChatError } from "../domain/error.ts";
import { noteAccess } from "./access.ts";
import { addressOf, openDoor } from "./auth.ts";
import { attachmentRoutes } from "./attachments.ts";
import { chatRoutes } from "./chat.ts";
import { conversationRoutes } from "./conversations.ts";
import { openGate } from "./gate.ts";
import { guardHost, guardOrigin } from "./guard.ts";
import { securityHeaders } from "./headers.ts";
import { exportRoutes } from "./export.ts";
import { healthRoutes } from "./health.ts";
import { importRoutes } from "./import.ts";
import { metricsRoutes, openMetrics } from "./metrics.ts";
import { modelRoutes } from "./models.ts";
import { openApiRoutes } from "./openapi.ts";
import type { AppOptions, HttpEnv, Server } from "./options.ts";
import { answerErrorPage, fileRoutes, pageRoutes, wantsPage } from "./pages.ts";
import { answerProblem, problemOf } from "./problem.ts";
import { openRateLimit } from "./rate_limit.ts";
import { requestId } from "./request_id.ts";
import { searchRoutes } from "./search.ts";
import { sessionRoutes } from "./session_routes.ts";
import { turnRoutes } from "./turns.ts";
import { v1Routes } from "./v1.ts";

export function openApp(options: AppOptions): Hono<HttpEnv> {
  const { limits, log, pages } = options;
  const gate = openGate(options);
  const metrics = openMetrics({ ...options, gate });
  const server: Server = { ...options, gate, metrics };
  const door = openDoor(options);
  const rate = openRateLimit({ perMinute: limits.requestsPerMinute, size: limits.addresses });
  const app = new Hono<HttpEnv>();

  app.use(requestId(), noteAccess(server), securityHeaders());
  if (options.corsOrigins.length > 0) app.use(allowOrigins(options.corsOrigins));
  app.use(guardHost(options), guardOrigin(options));
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed(c, methods) {
      const allow = [...methods, "OPTIONS"].join(", ");
      if (c.req.method === "OPTIONS") return c.body(null, 204, { allow });
      const answer = answerProblem(c, {
        status: 405,
        code: "method_not_allowed",
        detail: `Cannot ${c.req.method} this: must be one of ${allow}`,
      });
      answer.headers.set("allow", allow);
      return answer;
    },
  }));
  app.use(async (c, next) => {
    const retryAfterMs = rate.take(addressOf(c));
    if (retryAfterMs > 0) {
      throw new ChatError("rate_limited", "Cannot take so many requests: wait a little", { retryAfterMs });
    }
    await next();
  });

  const open = [healthRoutes(server), fileRoutes(server), sessionRoutes(server, door), pageRoutes(server, door)];
  for (const routes of open) app.route("/", routes);
  for (const path of ["/api/*", "/v1/*", "/metrics"]) app.use(path, door.admit);
  const closed = [
    ...[chatRoutes(server), turnRoutes(server), conversationRoutes(server), searchRoutes(server), modelRoutes(server)],
    ...[
      attachmentRoutes(server),
      importRoutes(server),
      exportRoutes(server),
      v1Routes(server),
      metricsRoutes(server),
      openApiRoutes(server, app),
    ],
  ];
  for (const routes of closed) app.route("/", routes);

  app.notFound(async (c) => {
    const problem = { status: 404, code: "not_found", detail: "There is nothing at this address" };
    return pages && wantsPage(c) ? await answerErrorPage(pages, problem) : answerProblem(c, problem);
  });
  app.onError(async (error, c) => {
    const problem = problemOf(error);
    if (problem.status >= 500) log("error", "request_failed", { requestId: c.get("requestId"), error });
    if (!pages || !wantsPage(c)) return answerProblem(c, problem);
    try {
      return await answerErrorPage(pages, problem);
    } catch (pageError) {
      log("error", "error_page_failed", { requestId: c.get("requestId"), error: pageError });
      return answerProblem(c, problem);
    }
  });
  return app;
}

function allowOrigins(origins: readonly string[]) {
  return cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "PATCH", "DELETE"],
    allowHeaders: ["authorization", "content-type", "idempotency-key", "last-event-id"],
    exposeHeaders: ["x-request-id", "retry-after"],
    maxAge: 600,
  });
}
