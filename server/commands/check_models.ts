/** What `doctor` finds out about the models: every provider that is named or found is asked what it offers. */
import type { Settings } from "../config/settings.ts";
import type { Problem } from "../config/settings.ts";
import { type FoundServer, parseModelRef, ProviderError, type ProviderSettings } from "../domain/model.ts";
import type { Program } from "./program.ts";

export interface ProviderFinding {
  readonly name: string;
  readonly kind: string;
  readonly isLocal: boolean;
  readonly host: string | null;
  readonly models: readonly string[];
  /** Null: it answered. */
  readonly problem: string | null;
}

export interface ModelsState {
  readonly providers: readonly ProviderFinding[];
  readonly problems: readonly Problem[];
}

const timeLimitMs = 10_000;

export async function checkModels(
  program: Program,
  settings: Settings,
  found: readonly FoundServer[],
): Promise<ModelsState> {
  const here = found
    .filter(({ kind }) => !settings.providers.some(({ name }) => name === kind))
    .map(({ kind, baseUrl }) => ({ name: kind, kind, baseUrl, apiKey: null }));
  const providers = await Promise.all(
    [...settings.providers, ...here].map((one) => ask(program, { settings, found }, one)),
  );
  const problems = providers.flatMap(({ name, kind, problem }): Problem[] =>
    problem === null ? [] : [{ setting: fieldOf(program, name, kind), message: problem, isFatal: false }]
  );
  return { providers, problems: [...problems, ...checkChoices(settings, providers)] };
}

async function ask(
  program: Program,
  { settings, found }: { settings: Settings; found: readonly FoundServer[] },
  provider: ProviderSettings,
): Promise<ProviderFinding> {
  const { name, kind } = provider;
  const module = await program.tables.models[kind]?.load();
  if (module === undefined) throw new Error(`there is no kind of provider "${kind}"`);
  const opened = await module.open(provider, { network: settings.network, findServers: () => Promise.resolve(found) });
  const finding = { name, kind, isLocal: opened.isLocal, host: opened.host };
  try {
    const offered = await opened.models(AbortSignal.timeout(timeLimitMs));
    return { ...finding, models: offered.map(({ id }) => id), problem: null };
  } catch (error) {
    if (error instanceof ProviderError) return { ...finding, models: [], problem: error.message };
    if (error instanceof DOMException) {
      return { ...finding, models: [], problem: `${name} did not answer within ${timeLimitMs / 1000} seconds` };
    }
    throw error;
  }
}

/** A model that its provider does not offer would only be noticed at the first question. */
function checkChoices(settings: Settings, providers: readonly ProviderFinding[]): Problem[] {
  const chosen = {
    WHISPER_MODEL: settings.model,
    WHISPER_FALLBACK_MODEL: settings.fallbackModel,
    WHISPER_BACKGROUND_MODEL: settings.backgroundModel,
  };
  return Object.entries(chosen).flatMap(([setting, ref]): Problem[] => {
    const parsed = ref === null ? undefined : parseModelRef(ref);
    const provider = providers.find(({ name }) => name === parsed?.provider);
    if (!parsed || !provider || provider.problem !== null) return [];
    // Ollama leaves out the tag "latest" where people write names.
    const isOffered = provider.models.some((id) => id === parsed.model || id === `${parsed.model}:latest`);
    if (isOffered) return [];
    const some = provider.models.slice(0, 5).join(", ") || "none";
    const message = `Cannot use ${setting} "${ref}": ${provider.name} does not offer it; it offers ${some}`;
    return [{ setting, message, isFatal: false }];
  });
}

function fieldOf(program: Program, name: string, kind: string): string {
  const required = program.tables.models[kind]?.settings.find(({ required }) => required)?.name;
  return name === kind && required !== undefined ? required : `provider "${name}"`;
}
