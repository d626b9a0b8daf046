/** `/v1`: OpenAI's API, relayed to whichever provider a model's name points to, kept only in the ledger. */
import { type Context, Hono } from "hono";
import { z } from "zod";
import type { ListedModel } from "../chat/engine.ts";
import { ChatError } from "../domain/error.ts";
import type { RelayRequest } from "../domain/model.ts";
import { readJson } from "./body.ts";
import { askModelsMs } from "./models.ts";
import { operation } from "./operation.ts";
import type { HttpEnv, Server } from "./options.ts";
import { openAiError, problemOf } from "./problem.ts";

const tag = "OpenAI-compatible";
/** Everything in it is the provider's business; only where it goes is ours. */
const relayed = z.looseObject({ model: z.string().max(300).nullish() });

export function v1Routes(server: Server): Hono<HttpEnv> {
  const { engine } = server;
  const about = { tag, body: relayed, answer: z.looseObject({}), errors: [400, 401, 402, 404, 413, 429, 502, 503] };

  return new Hono<HttpEnv>()
    .post(
      "/v1/chat/completions",
      operation({
        ...about,
        id: "createChatCompletion",
        summary: "As OpenAI's; `model` is `provider/model`",
        answerTypes: ["text/event-stream"],
      }),
      (c) => relay(c, server, "chat/completions"),
    )
    .post(
      "/v1/embeddings",
      operation({ ...about, id: "createEmbedding", summary: "As OpenAI's" }),
      (c) => relay(c, server, "embeddings"),
    )
    .get(
      "/v1/models",
      operation({ id: "listOpenAiModels", tag, summary: "As OpenAI's", answer: z.looseObject({}) }),
      async (c) => {
        const models = await engine.models(AbortSignal.timeout(askModelsMs));
        return c.json({ object: "list", data: models.map(describe) });
      },
    )
    // A model's name holds slashes.
    .get("/v1/models/:model{.+}", async (c) => {
      const ref = c.req.param("model");
      const models = await engine.models(AbortSignal.timeout(askModelsMs));
      const found = models.find((model) => model.ref === ref);
      if (!found) throw new ChatError("not_found", `Cannot find model "${ref}": no connected provider lists it`);
      return c.json(describe(found));
    });
}

async function relay(c: Context<HttpEnv>, server: Server, path: RelayRequest["path"]): Promise<Response> {
  const { engine, gate, limits, closing, workspace } = server;
  const body = await readJson(c, relayed, { limits, maxBytes: limits.largeBodyBytes });
  const leave = gate.enter();
  const ended = new AbortController();
  const end = () => ended.abort();
  closing.addEventListener("abort", end);
  if (closing.aborted) end();
  // Deno aborts this signal after a success too, so it is only heard until the answer begins.
  const { signal } = c.req.raw;
  signal.addEventListener("abort", end);

  function release() {
    closing.removeEventListener("abort", end);
    leave();
  }

  try {
    const caller = { workspace, person: null };
    const call = await engine.relay(caller, { path, body }, ended.signal, { onEnd: release, lastWords });
    const headers = new Headers({ "content-type": call.contentType, "cache-control": "no-store, no-transform" });
    if (call.retryAfter !== null) headers.set("retry-after", call.retryAfter);
    return new Response(call.whole ?? call.body, { status: call.status, headers });
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** A stream that breaks off says so in an event, as OpenAI's does. */
function lastWords(error: unknown, contentType: string): Uint8Array | null {
  return contentType.startsWith("text/event-stream") ? errorEvent(error) : null;
}

/** The blank line first ends an event that was torn. */
function errorEvent(error: unknown): Uint8Array {
  const data = JSON.stringify({ error: openAiError(problemOf(error)) });
  return new TextEncoder().encode(`\n\ndata: ${data}\n\n`);
}

/** `created` is a must in OpenAI's shape, and providers do not say. */
function describe({ ref }: ListedModel) {
  return { id: ref, object: "model", created: 0, owned_by: ref.slice(0, ref.indexOf("/")) };
}
