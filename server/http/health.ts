/** `/healthz`: the process lives. `/readyz`: the store answers; with `?adapter=`, that adapter, so that a platform's outage takes nothing else down. */
import { Hono } from "hono";
import { ChatError } from "../domain/error.ts";
import type { AppOptions, HttpEnv } from "./options.ts";

const timeLimitMs = 2000;

export function healthRoutes(
  { store, version, instance, closing, adapterProblem }: Pick<
    AppOptions,
    "store" | "version" | "instance" | "closing" | "adapterProblem"
  >,
): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .get("/healthz", (c) => c.json({ status: "ok", version, instance }))
    .get("/readyz", async (c) => {
      if (closing.aborted) throw new ChatError("unavailable", "Cannot serve any more: the server is stopping");
      const adapter = c.req.query("adapter");
      if (adapter === undefined) {
        await withinLimit(store.ping().catch(refuse), "the store did not answer in time");
        return c.json({ status: "ok" });
      }
      const signal = AbortSignal.timeout(timeLimitMs);
      const problem = await withinLimit(adapterProblem(adapter, signal), `adapter "${adapter}" did not answer in time`);
      if (problem === undefined) throw new ChatError("not_found", `Cannot find adapter "${adapter}": it is not on`);
      if (problem !== null) throw new ChatError("unavailable", problem);
      return c.json({ status: "ok", adapter });
    });
}

/** However a store fails, traffic should go elsewhere. */
function refuse(cause: unknown): never {
  if (cause instanceof ChatError) throw cause;
  throw new ChatError("unavailable", "Cannot serve now: the store does not answer", { cause });
}

async function withinLimit<T>(work: Promise<T>, problem: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new ChatError("unavailable", `Cannot serve now: ${problem}`)),
    timeLimitMs,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
