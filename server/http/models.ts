/** `/api/models` and `/api/providers`: what can answer, and who does not. */
import { Hono } from "hono";
import type { Engine, ListedModel } from "../chat/engine.ts";
import { ChatError } from "../domain/error.ts";
import { ProviderError } from "../domain/model.ts";
import { operation } from "./operation.ts";
import type { HttpEnv, Server } from "./options.ts";
import { modelList, providerList } from "./schema.ts";
import { toWireModel, toWireProvider } from "./to_wire.ts";

/** A provider that takes longer is left out. */
export const askModelsMs = 5000;

export function modelRoutes({ engine }: Server): Hono<HttpEnv> {
  return new Hono<HttpEnv>()
    .get(
      "/api/models",
      operation({ id: "listModels", tag: "Models", summary: "Models that can be asked for", answer: modelList }),
      async (c) => {
        const { models, chosen } = await listModels(engine, askModelsMs);
        return c.json({ models: models.map(toWireModel), default: chosen });
      },
    )
    .get(
      "/api/providers",
      operation({
        id: "listProviders",
        tag: "Models",
        summary: "Connected providers and their state",
        answer: providerList,
      }),
      async (c) => {
        const providers = await engine.providers(AbortSignal.timeout(askModelsMs));
        return c.json({ providers: providers.map(toWireProvider) });
      },
    );
}

/** What can be asked for, and what answers when nobody asks: null when that cannot be told in time. */
export async function listModels(
  engine: Engine,
  timeLimitMs: number,
): Promise<{ models: readonly ListedModel[]; chosen: string | null }> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), timeLimitMs);
  const chosen = engine.defaultModel().catch((error) => {
    if (error instanceof ChatError || error instanceof ProviderError) return null;
    throw error;
  });
  try {
    const [models, known] = await Promise.all([
      engine.models(AbortSignal.timeout(timeLimitMs)),
      Promise.race([chosen, late.promise]),
    ]);
    return { models, chosen: known };
  } finally {
    clearTimeout(timer);
  }
}
