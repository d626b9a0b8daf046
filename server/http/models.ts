/** `/api/models` and `/api/providers`: what can answer, and who does not. */
import { Hono } from "hono";
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
        const [models, chosen] = await Promise.all([
          engine.models(AbortSignal.timeout(askModelsMs)),
          engine.defaultModel(),
        ]);
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
