/** The first to answer: health at once, everything else as soon as the rest of the server is loaded. */
import { Hono } from "hono";
import { guardHost } from "./guard.ts";
import { securityHeaders } from "./headers.ts";
import { healthRoutes } from "./health.ts";
import type { AppOptions, HttpEnv } from "./options.ts";
import { answerProblem, problemOf } from "./problem.ts";
import { requestId } from "./request_id.ts";

type Bindings = HttpEnv["Bindings"];

export interface Front {
  fetch(request: Request, info?: Bindings): Response | Promise<Response>;
}

/** The rest is loaded at the first request that needs it, and otherwise after so long: routes with their schemas take a while. */
const loadAfterMs = 100;

export function openFront(options: AppOptions): Front {
  const health = new Hono<HttpEnv>()
    .use(requestId(), securityHeaders(), guardHost(options))
    .route("/", healthRoutes(options))
    .onError((error, c) => answerProblem(c, problemOf(error)));
  let app: Front | undefined;
  let loading: Promise<Front> | undefined;

  function load(): Promise<Front> {
    loading ??= import("./app.ts").then(({ openApp }) => app = openApp(options));
    return loading;
  }
  const timer = setTimeout(() => void load().catch((error) => options.log("error", "failure", { error })), loadAfterMs);
  options.closing.addEventListener("abort", () => clearTimeout(timer));

  return {
    fetch(request, info) {
      if (app) return app.fetch(request, info);
      if (new URL(request.url).pathname === "/healthz") return health.fetch(request, info);
      return load().then((app) => app.fetch(request, info));
    },
  };
}
