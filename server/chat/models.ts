/** The connected providers and their models: who there is, what they offer, and which one answers. */
import { ChatError } from "../domain/error.ts";
import { type ModelInfo, type ModelProvider, parseModelRef, ProviderError } from "../domain/model.ts";
import type { Reach } from "../domain/turn.ts";
import type { ListedModel, ProviderState } from "./engine.ts";
import { untilAborted } from "./wait.ts";

export interface ModelOptions {
  /** Who is connected now, in order of preference; the last one answers when nothing else is there. */
  readonly providers: () => Promise<readonly ModelProvider[]>;
  /** `provider/model`; null: the first model of the first provider. */
  readonly defaultModel: string | null;
  readonly fallbackModel: string | null;
  /** Writes titles and summaries; null: the conversation's own. */
  readonly backgroundModel: string | null;
}

/** A model that was chosen, and why. */
export interface Choice {
  readonly ref: string;
  readonly model: string;
  readonly provider: ModelProvider;
  /** Null: the provider does not list it. */
  readonly info: ModelInfo | null;
  readonly route: string;
}

/** How long a provider's list is believed, and how long it is waited for. */
const listAgeMs = 60_000;
const listTimeoutMs = 3000;

export type Models = ReturnType<typeof openModels>;

export function openModels({ providers, defaultModel, fallbackModel, backgroundModel }: ModelOptions) {
  const lists = new WeakMap<ModelProvider, { at: number; models: Promise<readonly ModelInfo[]> }>();

  /** A provider's models, remembered for a minute; a failure is not remembered. */
  function list(provider: ModelProvider, signal: AbortSignal): Promise<readonly ModelInfo[]> {
    const known = lists.get(provider);
    if (known && performance.now() - known.at < listAgeMs) return untilAborted(known.models, signal);
    // Many wait for it, so no single caller's signal may end it.
    const models = provider.models(AbortSignal.timeout(listTimeoutMs));
    lists.set(provider, { at: performance.now(), models });
    models.catch(() => lists.delete(provider));
    return untilAborted(models, signal);
  }

  async function states(signal: AbortSignal): Promise<{ state: ProviderState; models: readonly ListedModel[] }[]> {
    return await Promise.all((await providers()).map(async (provider) => {
      const { name, isLocal, host } = provider;
      try {
        const models = await list(provider, signal);
        return {
          state: { name, isLocal, host, problem: undefined, models: models.length },
          models: models.map((info) => ({ ...info, ref: `${name}/${info.id}`, isLocal })),
        };
      } catch (error) {
        return {
          state: {
            name,
            isLocal,
            host,
            problem: error instanceof ProviderError ? error.message : "did not answer",
            models: 0,
          },
          models: [],
        };
      }
    }));
  }

  async function findProvider(ref: string): Promise<{ provider: ModelProvider; model: string } | undefined> {
    const parsed = parseModelRef(ref);
    const provider = parsed && (await providers()).find(({ name }) => name === parsed.provider);
    return provider && { provider, model: parsed.model };
  }

  /** Throws "invalid" when its provider is not connected. */
  async function resolve(ref: string, route: string, signal: AbortSignal): Promise<Choice> {
    const found = await findProvider(ref);
    if (!found) {
      const names = (await providers()).map(({ name }) => name).join(", ");
      throw new ChatError("invalid", `Cannot use model "${ref}": its provider must be one of ${names}`);
    }
    const { provider, model } = found;
    const listed = await list(provider, signal).catch(() => []);
    return { ref, model, provider, info: listed.find(({ id }) => id === model) ?? null, route };
  }

  /** The model for a turn. Throws "invalid", and "consent_required" when only an outside one is left for a local conversation. */
  async function choose(asked: string | null, reach: Reach | null, signal: AbortSignal): Promise<Choice> {
    if (asked) {
      const choice = await resolve(asked, "asked for", signal);
      if (reach !== "local" || choice.provider.isLocal) return choice;
      // It was asked for before the conversation had been answered on this machine.
      throw new ChatError(
        "consent_required",
        `Cannot use model "${asked}" here: this conversation was held on this machine only, so it takes your yes`,
      );
    }
    if (defaultModel) {
      const choice = await resolve(defaultModel, "default", signal);
      if (reach !== "local" || choice.provider.isLocal) return choice;
    }
    const connected = await providers();
    for (const provider of connected) {
      if (reach === "local" && !provider.isLocal) continue;
      const [first] = await list(provider, signal).catch(() => []);
      if (!first) continue;
      const route = provider.host === null ? "no model is connected" : "the first that is connected";
      return { ref: `${provider.name}/${first.id}`, model: first.id, provider, info: first, route };
    }
    throw new ChatError(
      "consent_required",
      "Cannot answer: this conversation was held on this machine only, and no model on it is connected now",
    );
  }

  /** Who takes over from a failed choice; undefined when nobody may. */
  async function fallback(failed: Choice, reach: Reach | null, signal: AbortSignal): Promise<Choice | undefined> {
    if (!fallbackModel || fallbackModel === failed.ref) return;
    const choice = await resolve(fallbackModel, `fallback from ${failed.ref}`, signal);
    return reach === "local" && !choice.provider.isLocal ? undefined : choice;
  }

  /** The model for background work, which takes a conversation no further than it has gone. Errors as `choose`. */
  async function chooseBackground(asked: string | null, reach: Reach | null, signal: AbortSignal): Promise<Choice> {
    if (backgroundModel) {
      const choice = await resolve(backgroundModel, "for background work", signal);
      if (reach === "outside" || choice.provider.isLocal) return choice;
    }
    return await choose(asked, reach, signal);
  }

  /** Whether asking for this model would leave the machine. Throws "invalid" when its provider is not connected. */
  async function isOutside(ref: string): Promise<boolean> {
    const found = await findProvider(ref);
    if (found) return !found.provider.isLocal;
    const names = (await providers()).map(({ name }) => name).join(", ");
    throw new ChatError("invalid", `Cannot use model "${ref}": its provider must be one of ${names}`);
  }

  return { states, resolve, choose, chooseBackground, fallback, isOutside };
}
