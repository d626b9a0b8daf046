/** `/api/session`: a browser exchanges the key for a cookie, and gives it back. */
import { Hono } from "hono";
import { deleteCookie, setCookie } from "hono/cookie";
import { ChatError } from "../domain/error.ts";
import type { Door } from "./auth.ts";
import { readJson } from "./body.ts";
import { operation } from "./operation.ts";
import type { HttpEnv, Server } from "./options.ts";
import { signIn } from "./schema.ts";
import { cookieName, sessionSeconds } from "./session.ts";

/** No routes where nobody signs in. */
export function sessionRoutes({ limits }: Pick<Server, "limits">, { sessions, tryKey }: Door): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  if (!sessions) return app;
  return app
    .post(
      "/api/session",
      operation({
        id: "signIn",
        tag: "Session",
        summary: "Exchange the key for a cookie",
        body: signIn,
        errors: [400, 401, 429],
      }),
      async (c) => {
        const { key } = await readJson(c, signIn, { limits });
        if (!tryKey(c, key)) throw new ChatError("unauthorized", "Cannot sign in: this is not the key");
        setCookie(c, cookieName, sessions.issue(Date.now()), {
          ...{ httpOnly: true, sameSite: "Strict", path: "/", maxAge: sessionSeconds },
          // Behind a proxy that speaks TLS for us the page's own origin tells.
          secure: c.req.url.startsWith("https:") || c.req.header("origin")?.startsWith("https:") === true,
        });
        return c.body(null, 204);
      },
    )
    .delete(
      "/api/session",
      operation({ id: "signOut", tag: "Session", summary: "Give the cookie back" }),
      (c) => {
        deleteCookie(c, cookieName, { path: "/" });
        return c.body(null, 204);
      },
    );
}
