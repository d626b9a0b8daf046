/** The first to answer: that the process lives, at once; everything else as soon as the rest of the server is loaded. */
import { newId } from "../domain/id.ts";
import { addSecurityHeaders } from "./headers.ts";
import type { AppOptions, HttpEnv } from "./options.ts";

type Bindings = HttpEnv["Bindings"];

export interface Front {
  fetch(request: Request, info?: Bindings): Response | Promise<Response>;
}

/** The rest is loaded at the first request that needs it, and otherwise after so long: routes with their schemas take a while. */
const loadAfterMs = 100;

export function openFront(options: AppOptions): Front {
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
      if (request.method === "GET" && new URL(request.url).pathname === "/healthz") return alive(options);
      return load().then((app) => app.fetch(request, info));
    },
  };
}

/** What the route `/healthz` answers, without the library that routes. */
function alive({ version, instance }: AppOptions): Response {
  const response = Response.json({ status: "ok", version, instance }, { headers: { "x-request-id": newId() } });
  addSecurityHeaders(response.headers);
  return response;
}
