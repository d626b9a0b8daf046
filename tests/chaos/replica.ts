/** One process of the real engine: `replica.ts {settings as JSON}`. POST /event, /stop, /go_on; GET /attach. Prints `ready PORT`. */
import type { Database } from "../../adapters/stores/sql/sql.ts";
import { openDatabase } from "../../adapters/stores/sqlite/database.ts";
import { lock } from "../../adapters/stores/sqlite/lock.ts";
import { openAt } from "../adapters/stores/postgres/opened.ts";
import { openEngine } from "../../server/chat/open_engine.ts";
import { ChatError, isChatError } from "../../server/domain/error.ts";
import type { Store } from "../../server/domain/store.ts";
import type { Platform } from "../../server/domain/platform.ts";
import { storeOver } from "../adapters/stores/sqlite/store_over.ts";
import { fakeKinds, openFakePlatform } from "../fakes/platform.ts";
import { openScriptedProvider } from "../fakes/scripted_provider.ts";

export const crashPoints = ["before commit", "after commit", "before post", "after post"] as const;

export interface Settings {
  /** A file or a PostgreSQL URL: migrated already, and with the triggers of the audit. */
  readonly store: string;
  readonly invoices: string;
  /** The fake platform's URL. */
  readonly platform: string;
  /** The mean time between two tokens. */
  readonly tokenMs: number;
  readonly leaseMs: number;
  readonly failing: number;
  readonly contextTokens: number;
  /** Kills the process at one precise point: before or after the n-th commit, before or after the n-th post. */
  readonly crash?: { readonly point: typeof crashPoints[number]; readonly n: number } | undefined;
}

if (import.meta.main) await runReplica(JSON.parse(Deno.args[0]!));

async function runReplica({ store: where, crash, leaseMs, ...settings }: Settings): Promise<void> {
  const reached = new Map<string, number>();
  function crashAt(point: typeof crashPoints[number]) {
    const n = (reached.get(point) ?? 0) + 1;
    reached.set(point, n);
    if (crash?.point !== point || crash.n !== n) return;
    console.log("crashed", point);
    Deno.kill(Deno.pid, "SIGKILL");
  }

  function crashing(database: Database): Database {
    return {
      ...database,
      async transaction(work, options) {
        const value = await database.transaction(async (sql) => {
          const value = await work(sql);
          crashAt("before commit");
          return value;
        }, options);
        crashAt("after commit");
        return value;
      },
    };
  }

  function crashingPlatform(platform: Platform): Platform {
    return {
      ...platform,
      async send(place, part) {
        crashAt("before post");
        const outcome = await platform.send(place, part);
        crashAt("after post");
        return outcome;
      },
    };
  }

  const report = (error: unknown) => {
    if (!isChatError(error, "unavailable")) console.log("error", error);
  };
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    console.log("error unhandled", event.reason);
  });
  const stopping = new AbortController();
  Deno.addSignalListener("SIGTERM", () => stopping.abort());

  const store = await openStore(where, crashing);
  const provider = openScriptedProvider(settings);
  const engine = openEngine({
    ...{ store, leaseMs, report },
    platforms: new Map(fakeKinds.map((kind) => [kind, crashingPlatform(openFakePlatform(kind, settings.platform))])),
    providers: async () => [provider],
    ...{ defaultModel: "scripted/script", fallbackModel: null, backgroundModel: null },
    ...{ maxAnswers: 24, maxBackground: 4, maxPosts: 12 },
    systemPrompt: "You are the model of a test, which says the same seeded words to the same question every time.",
  });

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const turn = url.searchParams.get("turn") ?? "";
    const viewer = { workspace: url.searchParams.get("workspace") ?? "", person: null };
    try {
      switch (url.pathname) {
        case "/event":
          return Response.json(await engine.receive({ ...await request.json(), attachments: [] }, null));
        case "/stop":
          return Response.json(await engine.stop(viewer, turn));
        case "/go_on":
          return Response.json(await engine.continue(viewer, turn));
        case "/attach": {
          const from = { text: Number(url.searchParams.get("from")), reasoning: 0 };
          const events = engine.attach(viewer, turn, from, AbortSignal.any([request.signal, stopping.signal]));
          return new Response(ReadableStream.from(lines(events)));
        }
        default:
          return new Response("Not found", { status: 404 });
      }
    } catch (error) {
      report(error);
      return new Response(error instanceof ChatError ? error.message : "Internal error", { status: 503 });
    }
  }

  const onListen = ({ port }: { port: number }) => console.log("ready", port);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen }, answer);
  await engine.run(stopping.signal, stopping.signal);
  await server.shutdown();
  await store.close();
  console.log("closed");
  Deno.exit(0);
}

async function openStore(where: string, wrap: (database: Database) => Database): Promise<Store> {
  if (where.startsWith("postgres:")) {
    const { database, storeOver } = await openAt(where);
    return storeOver(wrap(database));
  }
  const held = await lock(where, 10_000);
  return storeOver(wrap(openDatabase(where, held.release)));
}

async function* lines(events: AsyncIterable<object>): AsyncIterable<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const event of events) yield encoder.encode(JSON.stringify(event) + "\n");
}
