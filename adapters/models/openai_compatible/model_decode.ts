/** Lists of models, from each server's way to write them. */
import type { ModelInfo, Price } from "../../../server/domain/model.ts";
import { count, type Fields, fields, list, text } from "./json.ts";

/** What `GET /v1/models` promises: ids. Some servers add how long a context may be. */
export function decodePlain(models: readonly unknown[]): ModelInfo[] {
  return withIds(models, (model) => ({
    contextTokens: tokens(model.max_model_len) ?? tokens(model.context_length) ?? null,
  }));
}

/** OpenAI lists everything it has: pictures, speech, embeddings, models of the past. Only what chats is kept. */
export function decodeOpenAi(models: readonly unknown[]): ModelInfo[] {
  return decodePlain(models).filter(({ id }) => !notForChat.test(id));
}

const notForChat =
  /embedding|whisper|tts|dall-e|image|sora|moderation|realtime|transcribe|audio|davinci|babbage|instruct/;

/** https://openrouter.ai/docs/api/api-reference/models/get-models; only what answers in text. */
export function decodeOpenRouter(models: readonly unknown[]): ModelInfo[] {
  return withIds(models.filter(answersInText), (model) => ({
    name: text(model.name) ?? String(model.id),
    contextTokens: tokens(model.context_length) ?? null,
    maxOutputTokens: tokens(fields(model.top_provider).max_completion_tokens) ?? null,
    takesImages: list(fields(model.architecture).input_modalities).includes("image"),
    price: priceOf(fields(model.pricing)),
  }));
}

/** llama-server has one model, or several as a router; `/props` says what the loaded one was given. */
export function decodeLlamaCpp(models: readonly unknown[], props: unknown): ModelInfo[] {
  const contextTokens = tokens(fields(fields(props).default_generation_settings).n_ctx);
  const vision = fields(fields(props).modalities).vision;
  return withIds(models, (model) => ({
    // It is started with a path; the file's name says enough.
    name: String(model.id).split(/[\\/]/).at(-1)?.replace(/\.gguf$/, "") ?? String(model.id),
    contextTokens: (models.length === 1 ? contextTokens : undefined) ?? null,
    takesImages: models.length === 1 && typeof vision === "boolean" ? vision : null,
  }));
}

// What LM Studio gives a model that it loads on demand, unless told otherwise.
const lmStudioTokens = 4_096;

/** `GET /api/v0/models`; a model that is not loaded yet is loaded on demand. */
export function decodeLmStudio(models: readonly unknown[]): ModelInfo[] {
  return withIds(models.filter((model) => fields(model).type !== "embeddings"), (model) => ({
    contextTokens: tokens(model.loaded_context_length) ??
      Math.min(tokens(model.max_context_length) ?? lmStudioTokens, lmStudioTokens),
    takesImages: model.type === "vlm",
  }));
}

// Large enough for a conversation, small enough for the memory of a laptop; Ollama's own default is 4,096.
const ollamaTokens = 8_192;

/**
 * `/api/tags` with `/api/show` for each, and `/api/ps` for what is loaded now. The context is what we shall ask for as
 * `num_ctx`: what the model's owner has set, or what it is loaded with, or a size that fits a laptop.
 */
export function decodeOllama(
  models: readonly Fields[],
  details: readonly unknown[],
  running: readonly unknown[],
): ModelInfo[] {
  const loaded = new Map(running.map(fields).map(({ name, context_length }) => [name, tokens(context_length)]));
  return models.flatMap((model, i) => {
    const name = text(model.name) ?? text(model.model);
    if (name === undefined) return [];
    const { model_info, parameters, capabilities } = fields(details[i]);
    const trained = Object.entries(fields(model_info)).find(([key]) => key.endsWith(".context_length"))?.[1];
    const asked = /^num_ctx\s+(\d+)/m.exec(text(parameters) ?? "")?.[1];
    if (Array.isArray(capabilities) && !capabilities.includes("completion")) return [];
    const wanted = tokens(Number(asked)) ?? Math.max(loaded.get(name) ?? 0, ollamaTokens);
    return [{
      ...unknown,
      id: name,
      name,
      contextTokens: Math.min(tokens(trained) ?? wanted, wanted),
      takesImages: Array.isArray(capabilities) ? capabilities.includes("vision") : null,
    }];
  });
}

const unknown = { contextTokens: null, maxOutputTokens: null, takesImages: null, price: null };

function withIds(models: readonly unknown[], more: (model: Fields) => Partial<ModelInfo>): ModelInfo[] {
  return models.map(fields).flatMap((model) => {
    const id = text(model.id);
    return id === undefined ? [] : [{ ...unknown, id, name: id, ...more(model) }];
  });
}

function answersInText(model: unknown): boolean {
  const output = fields(fields(model).architecture).output_modalities;
  return !Array.isArray(output) || output.includes("text");
}

// A price past 10,000 dollars per million tokens is a mistake, not a price.
const maxPrice = 1e10;

/** From dollars per token, as strings. A negative price ("depends") or an absurd one is none. */
function priceOf(pricing: Fields): Price | null {
  const input = price(pricing.prompt);
  const output = price(pricing.completion);
  if (input === undefined || output === undefined) return null;
  return { input, cachedInput: price(pricing.input_cache_read) ?? input, output };
}

function price(dollarsPerToken: unknown): number | undefined {
  if (typeof dollarsPerToken !== "string" || dollarsPerToken.trim() === "") return undefined;
  return count(Number(dollarsPerToken) * 1e12, maxPrice);
}

function tokens(value: unknown): number | undefined {
  const found = count(value, 1e9);
  return found === 0 ? undefined : found;
}
