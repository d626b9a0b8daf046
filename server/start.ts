/** Opens everything that a running program is made of, over one data folder, and closes it without losing a word. */
import type { Engine } from "./chat/engine.ts";
import { openEngine } from "./chat/open_engine.ts";
import { type BackupOptions, runBackups } from "./backups.ts";
import { runCleanUp } from "./clean_up.ts";
import type { Program } from "./program.ts";
import { candidates, findModelServers } from "./config/find_model_servers.ts";
import { storeSettings } from "./config/store_settings.ts";
import type { Configuration } from "./config/configuration.ts";
import { newId } from "./domain/id.ts";
import { type BackupStore, isArchivable, isBackup, type Store } from "./domain/store.ts";
import { openFront } from "./http/front.ts";
import { defaultLimits } from "./http/options.ts";
import { openPages } from "./http/built_pages.ts";
import { homeWorkspace } from "./home_workspace.ts";
import type { Log } from "./log.ts";
import { pause } from "./pause.ts";
import { openProviders } from "./providers.ts";

const workspace = homeWorkspace;
/** How long a turn stays with a process that does not answer. */
const leaseMs = 30_000;
const systemPrompt =
  "You are a helpful assistant. Answer in the language of the question, in Markdown, to the point, and say so when you do not know.";

export interface Running {
  readonly engine: Engine;
  readonly store: Store;
  /** Made at every start; `/healthz` tells it. */
  readonly instance: string;
  /** Answers one HTTP request, wherever it came from. */
  fetch(request: Request, info?: { readonly remoteAddr?: Deno.Addr }): Response | Promise<Response>;
  /** Rejects when something that should run until `close` has failed. */
  readonly failed: Promise<never>;
  /** Lets answers finish for `graceMs`, then keeps what they have; ends streams and closes the store. A repeat is harmless. */
  close(graceMs: number): Promise<void>;
}

/** Throws `ChatError` "unavailable" when the store cannot be used. */
export async function openProgram(program: Program, configuration: Configuration, log: Log): Promise<Running> {
  const { settings, facts } = configuration;
  const { limits } = settings;
  const report = (error: unknown) => log.error("failure", { error });
  const entry = program.tables.stores[settings.store];
  if (!entry) throw new Error(`there is no store "${settings.store}"`);
  const store = await (await entry.load()).open(storeSettings(settings));

  const instance = newId();
  const draining = new AbortController();
  const stopping = new AbortController();
  const closing = new AbortController();
  const engine = openEngine({
    store,
    platforms: new Map(),
    providers: openProviders({
      table: program.tables.models,
      named: settings.providers,
      network: settings.network,
      findServers: (signal) => findModelServers(candidates(facts.env), signal),
    }),
    defaultModel: settings.model,
    fallbackModel: settings.fallbackModel,
    backgroundModel: settings.backgroundModel,
    maxAnswers: limits.answersAtOnce,
    maxBackground: Math.max(1, Math.floor(limits.answersAtOnce / 8)),
    maxPosts: limits.postsAtOnce,
    ...{ leaseMs, systemPrompt, report },
  });
  const front = openFront({
    ...{ engine, store, workspace },
    auth: settings.adminKey === null ? { mode: "none" } : { mode: "key", key: settings.adminKey },
    allowedHosts: settings.allowedHosts,
    corsOrigins: settings.corsOrigins,
    limits: {
      ...defaultLimits,
      openStreams: limits.openStreams,
      waitingTurns: limits.waitingTurns,
      addresses: limits.cacheEntries,
    },
    ...{ version: program.version, instance },
    uploadFolder: settings.dataFolder,
    ...isArchivable(store)
      ? { exportAll: async () => (await import("./export_all.ts")).exportAll(store, settings.dataFolder, program) }
      : {},
    pages: await openPages(program.uiDist),
    log: (level, event, fields) => log[level](event, fields),
    closing: closing.signal,
    adapterProblem: () => Promise.resolve(undefined),
  });

  const works = [
    engine.run(draining.signal, stopping.signal),
    runCleanUp(store.conversations, report, closing.signal),
    ...isBackup(store)
      ? [backUp(store, { folder: settings.backupFolder, copyTo: settings.backupCopy, report }, closing.signal)]
      : [],
  ];
  const failure = Promise.withResolvers<never>();
  for (const work of works) work.catch(failure.reject);
  failure.promise.catch(() => {}); // whoever runs the program listens; a one-shot caller need not

  let closed: Promise<void> | undefined;
  async function closeAll(graceMs: number) {
    draining.abort();
    const late = setTimeout(() => stopping.abort(), graceMs);
    await Promise.allSettled(works.slice(0, 1));
    clearTimeout(late);
    stopping.abort();
    closing.abort();
    await Promise.allSettled(works);
    await store.close();
  }

  return {
    ...{ engine, store, instance },
    fetch: (request, info) => front.fetch(request, info),
    failed: failure.promise,
    close: (graceMs) => closed ??= closeAll(graceMs),
  };
}

/** Not in the first minute, when people wait for a page. */
async function backUp(store: BackupStore, options: Omit<BackupOptions, "store">, signal: AbortSignal): Promise<void> {
  await pause(60_000, signal);
  await runBackups({ store, ...options }, signal);
}
