/** Which models a server has, with what it says of each. */
import { type ModelInfo, ProviderError } from "../../../server/domain/model.ts";
import {
  decodeLlamaCpp,
  decodeLmStudio,
  decodeOllama,
  decodeOpenAi,
  decodeOpenRouter,
  decodePlain,
} from "./model_decode.ts";
import { faultOfNetwork, faultOfStatus, malformed, retryAfterMs } from "./faults.ts";
import { fields, list, parseJson, text } from "./json.ts";
import { headersFor, type Server } from "./server.ts";

/** Throws `ProviderError`. */
export async function listModels(server: Server, signal: AbortSignal): Promise<readonly ModelInfo[]> {
  const { limits, label, address, preset } = server;
  const scope = new AbortController();
  const stop = () => scope.abort();
  const timer = setTimeout(stop, limits.listTimeoutMs);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return free(address.isLocal, await listOf[preset.list](server, scope.signal));
  } catch (error) {
    if (scope.signal.aborted) {
      throw new ProviderError("unreachable", `${label} did not list its models in time: ${preset.startHint}`, {
        cause: error,
      });
    }
    throw error instanceof ProviderError ? error : faultOfNetwork(server, error);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

type List = (server: Server, signal: AbortSignal) => Promise<ModelInfo[]>;

const listOf: Readonly<Record<Server["preset"]["list"], List>> = {
  plain: async (server, signal) => decodePlain(await openaiModels(server, signal)),
  openai: async (server, signal) => decodeOpenAi(await openaiModels(server, signal)),
  openrouter: async (server, signal) => decodeOpenRouter(await openaiModels(server, signal)),
  async llamacpp(server, signal) {
    const [models, props] = await Promise.all([
      openaiModels(server, signal),
      json(server, `${server.address.root}/props`, signal).catch(unknownTo404),
    ]);
    return decodeLlamaCpp(models, props);
  },
  async lmstudio(server, signal) {
    const rich = await json(server, `${server.address.root}/api/v0/models`, signal).catch(unknownTo404);
    return rich === undefined
      ? decodePlain(await openaiModels(server, signal))
      : decodeLmStudio(list(fields(rich).data));
  },
  async ollama(server, signal) {
    const { root, isLocal } = server.address;
    const [tags, running] = await Promise.all([
      json(server, `${root}/api/tags`, signal),
      json(server, `${root}/api/ps`, signal).catch(unknownTo404),
    ]);
    // What only passes on to Ollama's cloud is not on this machine, and must not look as if it were.
    const models = list(fields(tags).models).map(fields).filter((model) =>
      !isLocal || text(model.remote_host) === undefined && !isCloudModel(text(model.name) ?? "")
    );
    const details: unknown[] = [];
    for (let i = 0; i < Math.min(models.length, maxDetails); i += detailsAtOnce) {
      const names = models.slice(i, i + detailsAtOnce).map(({ name }) => JSON.stringify({ model: name }));
      details.push(
        ...await Promise.all(names.map((body) => json(server, `${root}/api/show`, signal, body).catch(unknownTo404))),
      );
    }
    return decodeOllama(models, details, list(fields(running).models));
  },
};

const maxDetails = 100;
const detailsAtOnce = 8;

/** A model of Ollama that is answered by ollama.com, though a local server passes it on. */
export function isCloudModel(name: string): boolean {
  return /[:-]cloud$/.test(name);
}

async function openaiModels(server: Server, signal: AbortSignal): Promise<readonly unknown[]> {
  const { default: OpenAI, APIConnectionError, APIError } = await import("openai");
  const client = new OpenAI({
    apiKey: server.apiKey ?? "none",
    baseURL: server.address.api,
    // Without these the package would look into the environment.
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    fetch: server.connection.fetch,
    ...(server.apiKey === null ? { defaultHeaders: { authorization: null } } : {}),
  });
  try {
    const page = await client.models.list({ signal });
    if (!Array.isArray(page.data)) throw malformed(server, "no list of models");
    return page.data;
  } catch (error) {
    if (error instanceof APIConnectionError) throw faultOfNetwork(server, rootCause(error));
    if (!(error instanceof APIError) || error.status === undefined) throw error;
    throw faultOfStatus(server, {
      status: error.status,
      body: JSON.stringify({ error: error.error }),
      retryAfterMs: retryAfterMs(Object.fromEntries(error.headers ?? [])),
    });
  }
}

function rootCause(error: Error): unknown {
  return error.cause instanceof Error ? rootCause(error.cause) : error;
}

const maxListBytes = 16 * 1024 * 1024;

/** GET, or with `body` POST, of something that may be asked for any number of times. */
async function json(server: Server, url: string, signal: AbortSignal, body?: string): Promise<unknown> {
  const answer = await server.connection.request(url, {
    method: body === undefined ? "GET" : "POST",
    headers: headersFor(server),
    signal,
    ...(body === undefined ? {} : { body }),
  });
  let source = "";
  const decoder = new TextDecoder();
  for await (const piece of answer.body as AsyncIterable<Uint8Array>) {
    source += decoder.decode(piece, { stream: true });
    if (source.length > maxListBytes) throw malformed(server, "a list of models that is far too long");
  }
  const { statusCode, headers } = answer;
  if (statusCode !== 200) {
    const error = faultOfStatus(server, { status: statusCode, body: source, retryAfterMs: retryAfterMs(headers) });
    throw statusCode === 404 ? new NotThere(error) : error;
  }
  const value = parseJson(source);
  if (value === undefined) throw malformed(server, "a list of models that cannot be read");
  return value;
}

/** An endpoint that this version of the server does not have. */
class NotThere extends ProviderError {
  constructor(readonly error: ProviderError) {
    super(error.fault, error.message);
  }
}

function unknownTo404(error: unknown): undefined {
  if (!(error instanceof NotThere)) throw error;
}

function free(isLocal: boolean, models: ModelInfo[]): ModelInfo[] {
  return isLocal ? models.map((model) => ({ ...model, price: { input: 0, cachedInput: 0, output: 0 } })) : models;
}
