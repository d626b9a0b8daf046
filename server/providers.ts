/** Who is connected: the providers that were named, the model servers found on this machine, and the guide last. */
import type { FoundServer, ModelModule, ModelProvider, ProviderSettings, Surroundings } from "./domain/model.ts";
import type { Table } from "./domain/table.ts";

export interface ProviderOptions extends Surroundings {
  readonly table: Table<ModelModule>;
  readonly named: readonly ProviderSettings[];
}

/** How long a search of this machine is believed; shorter while nothing is connected, so that a server just started counts. */
const searchAgeMs = 30_000;
const eagerSearchAgeMs = 3000;
const guide = "guide";

/** The list changes when a model server on this machine comes or goes; a provider stays the same object while it is there. */
export function openProviders({ table, named, network, findServers }: ProviderOptions) {
  const opened = new Map<string, Promise<ModelProvider>>();
  let search: { at: number; servers: Promise<readonly FoundServer[]> } | undefined;

  function open(settings: ProviderSettings): Promise<ModelProvider> {
    const key = `${settings.name} ${settings.baseUrl}`;
    const known = opened.get(key) ?? openWith(table, settings, { network, findServers });
    opened.set(key, known);
    known.catch(() => opened.delete(key));
    return known;
  }

  /** What an earlier search has found serves at once; a new one runs behind it. */
  function found(): Promise<readonly FoundServer[]> {
    const maxAgeMs = named.length > 0 ? searchAgeMs : eagerSearchAgeMs;
    if (search && performance.now() - search.at < maxAgeMs) return search.servers;
    const before = search?.servers;
    const servers = findServers(AbortSignal.timeout(5000));
    search = { at: performance.now(), servers };
    return before && named.length > 0 ? before : servers;
  }

  return async function providers(): Promise<readonly ModelProvider[]> {
    const taken = new Set(named.map(({ name }) => name));
    const here = (await found())
      .filter(({ kind, models }) => models.length > 0 && !taken.has(kind))
      .map(({ kind, baseUrl }) => ({ name: kind, kind, baseUrl, apiKey: null }));
    const last = { name: guide, kind: guide, baseUrl: null, apiKey: null };
    return await Promise.all([...named, ...here, last].map(open));
  };
}

async function openWith(
  table: Table<ModelModule>,
  settings: ProviderSettings,
  surroundings: Surroundings,
): Promise<ModelProvider> {
  const entry = table[settings.kind];
  if (!entry) throw new Error(`there is no kind of provider "${settings.kind}"`);
  const { open } = await entry.load();
  return await open(settings, surroundings);
}
