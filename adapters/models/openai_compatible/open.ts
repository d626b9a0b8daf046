/** OpenAI, OpenRouter, Ollama, LM Studio, llama.cpp and whatever else speaks as they do. */
import {
  type ModelModule,
  type Network,
  ProviderError,
  type ProviderSettings,
  type RelayingProvider,
} from "../../../server/domain/model.ts";
import { ChatError } from "../../../server/domain/error.ts";
import { addressOf } from "./address.ts";
import { openConnection } from "./connection.ts";
import { generate } from "./generate.ts";
import { isCloudModel, listModels } from "./models.ts";
import { presetAt, presetOf } from "./preset.ts";
import { relay } from "./relay.ts";
import { type Limits, type Server, usualLimits } from "./server.ts";

export interface CompatibleProvider extends RelayingProvider {
  /** Ends what is under way and closes the kept connections. */
  close(): Promise<void>;
}

/** Makes no connection. Throws `ChatError` "invalid" for settings that cannot work. */
export const open: ModelModule["open"] = async (settings, { network }) => openCompatible(settings, network);

export function openCompatible(
  settings: ProviderSettings,
  network: Network,
  limits: Partial<Limits> = {},
): CompatibleProvider {
  const server = openServer(settings, network, { ...usualLimits, ...limits });
  const { address } = server;
  return {
    name: settings.name,
    isLocal: address.isLocal,
    host: address.host,
    async *generate(prompt, signal) {
      refuseCloud(server, prompt.model);
      yield* generate(server, prompt, signal);
    },
    models: (signal) => listModels(server, signal),
    async relay(request, signal) {
      refuseCloud(server, String(request.body.model ?? ""));
      return await relay(server, request, signal);
    },
    close: () => server.connection.close(),
  };
}

function openServer({ name, kind, baseUrl, apiKey }: ProviderSettings, network: Network, limits: Limits): Server {
  const named = presetOf(kind);
  const written = baseUrl ?? named.baseUrl;
  if (written === null) {
    throw new ChatError("invalid", `Cannot open the model provider "${name}": ${named.urlSetting} is not set`);
  }
  const address = addressOf(written, named);
  const preset = presetAt(kind, address.hostname);
  const key = apiKey?.trim() ?? "";
  if (/[^\x21-\x7e]/.test(key)) {
    throw new ChatError("invalid", `Cannot use ${preset.keySetting}: a key has neither spaces nor special characters`);
  }
  return {
    label: name === kind || preset.label === null ? preset.label ?? name : `${preset.label} (${name})`,
    preset,
    address,
    apiKey: key === "" ? null : key,
    connection: openConnection(address, network, limits),
    limits,
  };
}

/** Some of Ollama's models are answered by ollama.com though they look local: private stays private. */
function refuseCloud({ address, preset, label }: Server, model: string): void {
  if (preset.api !== "ollama" || !address.isLocal || !isCloudModel(model)) return;
  throw new ProviderError(
    "refused",
    `${label} would pass "${model}" on to ollama.com, out of this machine: connect https://ollama.com/v1 as a custom provider to use it`,
  );
}
