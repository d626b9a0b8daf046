/** A whole server for a test: the real app, engine and SQLite, and a model server that can misbehave. */
import { models } from "../../../adapters/models/table.ts";
import { open as openStore } from "../../../adapters/stores/sqlite/open.ts";
import type { Engine } from "../../../server/chat/engine.ts";
import { openEngine } from "../../../server/chat/open_engine.ts";
import type { ModelProvider } from "../../../server/domain/model.ts";
import type { Store } from "../../../server/domain/store.ts";
import { openApp } from "../../../server/http/app.ts";
import { type AppOptions, defaultLimits, type HttpLimits } from "../../../server/http/options.ts";
import { type ModelServer, openModelServer } from "../../fakes/model_server.ts";

export interface World {
  readonly engine: Engine;
  readonly store: Store;
  readonly model: ModelServer;
  readonly closing: AbortController;
  /** What was logged at "error". */
  readonly errors: unknown[];
  request(path: string, init?: RequestInit): Promise<Response>;
  /** Any request of the app, as `Deno.serve` would hand it in. */
  fetch(request: Request, info?: { readonly remoteAddr?: Deno.Addr }): Promise<Response>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WorldOptions extends Partial<Omit<AppOptions, "limits" | "engine" | "store">> {
  readonly limits?: Partial<HttpLimits>;
  /** Nobody answers: turns stay as they are. */
  readonly isIdle?: boolean;
  /** Only the guide is there. */
  readonly hasNoModel?: boolean;
  readonly defaultModel?: string;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { limits, isIdle = false, hasNoModel = false, defaultModel = "sim/sim-n20", ...over } = options;
  const folder = await Deno.makeTempDir();
  const store = await openStore({ file: `${folder}/whisper.db` });
  const model = await openModelServer({ models: ["sim", "sim-n20", "echo"] });
  const provider = await openProvider(hasNoModel ? "guide" : "custom", hasNoModel ? null : model.url);
  const closing = new AbortController();
  const errors: unknown[] = [];
  const engine = openEngine({
    store,
    platforms: new Map(),
    providers: () => Promise.resolve([provider]),
    ...{ defaultModel: hasNoModel ? null : defaultModel, fallbackModel: null, backgroundModel: null },
    ...{ maxAnswers: 32, maxBackground: 2, maxPosts: 1, leaseMs: 30_000, systemPrompt: "Be brief." },
    report: (error) => errors.push(error),
  });
  const stopping = new AbortController();
  const running = isIdle ? Promise.resolve() : engine.run(stopping.signal, stopping.signal);
  const app = openApp({
    ...{ engine, store, workspace: "home", auth: { mode: "none" as const }, allowedHosts: [], corsOrigins: [] },
    ...{ version: "1.2.3", instance: "i", pages: null, closing: closing.signal },
    log: (level, _event, fields) => level === "error" && errors.push(fields),
    adapterProblem: () => Promise.resolve(undefined),
    ...over,
    limits: { ...defaultLimits, ...limits },
  });
  return {
    ...{ engine, store, model, closing, errors },
    request: async (path, init) => await app.request(path, init),
    fetch: async (request, info) => await app.fetch(request, info),
    async [Symbol.asyncDispose]() {
      closing.abort();
      stopping.abort();
      await running;
      await model.close();
      await store.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function openProvider(kind: "guide" | "custom", baseUrl: string | null): Promise<ModelProvider> {
  const { open } = await models[kind]!.load();
  const name = kind === "guide" ? kind : "sim";
  const network = { httpProxy: null, httpsProxy: null, noProxy: null, caCertificates: null };
  return await open({ name, kind, baseUrl, apiKey: null }, { network, findServers: () => Promise.resolve([]) });
}

export function post(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

export interface SeenEvent {
  readonly id: string;
  readonly event: string;
  // deno-lint-ignore no-explicit-any -- a test reads what it expects
  readonly data: any;
}

/** Events as a client sees them; heartbeats are left out. */
export async function* readEvents(response: Response): AsyncGenerator<SeenEvent> {
  const decoded = response.body!.pipeThrough(new TextDecoderStream());
  let rest = "";
  for await (const piece of decoded) {
    rest += piece;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const lines = rest.slice(0, end).split("\n");
      rest = rest.slice(end + 2);
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const [id, event, data] = [field("id"), field("event"), field("data")];
      if (id !== undefined && event !== undefined && data !== undefined) yield { id, event, data: JSON.parse(data) };
    }
  }
}

export async function allEvents(response: Response): Promise<SeenEvent[]> {
  return await Array.fromAsync(readEvents(response));
}

export function textOf(events: readonly SeenEvent[]): string {
  return events.filter(({ event }) => event === "delta").map(({ data }) => data.text).join("");
}
