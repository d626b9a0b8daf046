/** The real server with its pages, over a real store and a scripted model, that can be stopped, started, and cut off. */
import { openCompatible } from "../../adapters/models/openai_compatible/open.ts";
import { open as openStore } from "../../adapters/stores/sqlite/open.ts";
import { openEngine } from "../../server/chat/open_engine.ts";
import type { Engine } from "../../server/chat/engine.ts";
import type { Store } from "../../server/domain/store.ts";
import { openApp } from "../../server/http/app.ts";
import { type Auth, defaultLimits } from "../../server/http/options.ts";
import { openPages } from "../../server/http/built_pages.ts";
import { type ModelServer, openModelServer } from "../fakes/model_server.ts";

export const workspace = "home";

export interface ChatServer {
  readonly url: string;
  readonly model: ModelServer;
  store(): Store;
  /** Ends at once, as a crash would: what is being answered is interrupted. */
  stop(): Promise<void>;
  /** Again on the same port and the same data. */
  start(): Promise<void>;
  /** Cuts each stream after so many bytes; null: no more. */
  cutStreamsAfter(bytes: number | null): void;
  close(): Promise<void>;
}

export interface ChatServerOptions {
  /** The first one is the default. */
  readonly models: readonly string[];
  readonly auth?: Auth;
  /** Whether a second provider, "far", is there, which counts as being elsewhere. */
  readonly hasFar?: boolean;
}

const network = { httpProxy: null, httpsProxy: null, noProxy: null, caCertificates: null };

export async function openChatServer(
  { models, auth = { mode: "none" }, hasFar = false }: ChatServerOptions,
): Promise<ChatServer> {
  const folder = await Deno.makeTempDir();
  const model = await openModelServer({ models });
  const provider = openCompatible({ name: "sim", kind: "custom", baseUrl: model.url, apiKey: null }, network);
  const far = { ...provider, name: "far", isLocal: false };
  const pages = await openPages(new URL("../../ui/dist/", import.meta.url));
  let cutAfter: number | null = null;
  let port = 0;
  let running: Awaited<ReturnType<typeof run>> | null = null;

  async function run() {
    const store: Store = await openStore({ file: `${folder}/chat.db` });
    const draining = new AbortController();
    const stopping = new AbortController();
    const closing = new AbortController();
    const engine: Engine = openEngine({
      store,
      platforms: new Map(),
      providers: () => Promise.resolve(hasFar ? [provider, far] : [provider]),
      defaultModel: `sim/${models[0]}`,
      fallbackModel: null,
      backgroundModel: null,
      ...{ maxAnswers: 4, maxBackground: 1, maxPosts: 1, leaseMs: 30_000, systemPrompt: "Answer." },
      report: (error) => console.error(error),
    });
    const app = openApp({
      ...{ engine, store, workspace, auth, pages },
      ...{ allowedHosts: [], corsOrigins: [], limits: defaultLimits, version: "0.1.0", instance: "i" },
      log: (level, event, fields) => level === "error" && console.error(event, fields),
      closing: closing.signal,
      adapterProblem: () => Promise.resolve(undefined),
    });
    // a stream that is cut off on purpose is no news
    const quiet = { onListen: () => {}, onError: () => new Response(null, { status: 500 }) };
    const server = Deno.serve({ hostname: "127.0.0.1", port, ...quiet }, async (request, info) => {
      const response = await app.fetch(request, info);
      return cutAfter === null ? response : cutStream(response, cutAfter);
    });
    const work = engine.run(draining.signal, stopping.signal);
    return { store, server, work, draining, stopping, closing };
  }

  async function start(): Promise<void> {
    running = await run();
    port = running.server.addr.port;
  }

  async function stop(): Promise<void> {
    if (!running) return;
    const { store, server, work, draining, stopping, closing } = running;
    running = null;
    closing.abort();
    draining.abort();
    stopping.abort();
    await work;
    await server.shutdown();
    await store.close();
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    model,
    store() {
      if (!running) throw new Error("the server is stopped");
      return running.store;
    },
    ...{ start, stop },
    cutStreamsAfter: (bytes) => cutAfter = bytes,
    async close() {
      await stop();
      await model.close();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Breaks the connection, as a proxy with a limit or a phone in a tunnel does. */
function cutStream(response: Response, bytes: number): Response {
  if (!response.body || !response.headers.get("content-type")?.startsWith("text/event-stream")) return response;
  let left = bytes;
  const cut = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      controller.enqueue(chunk.subarray(0, Math.max(0, left)));
      left -= chunk.length;
      if (left <= 0) controller.error(new Error("cut off"));
    },
  });
  return new Response(response.body.pipeThrough(cut), { status: response.status, headers: response.headers });
}
