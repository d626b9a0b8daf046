/** Gives every request an id, which stands in its answer and in every line that is logged about it. */
import type { MiddlewareHandler } from "hono";
import { newId } from "../domain/id.ts";
import type { HttpEnv } from "./options.ts";

/** A proxy's id is kept, where it cannot break a log line or a header. */
const acceptable = /^[\w.-]{1,64}$/;

export function requestId(): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    const given = c.req.header("x-request-id");
    const id = given && acceptable.test(given) ? given : newId();
    c.set("requestId", id);
    await next();
    c.res.headers.set("x-request-id", id);
  };
}
