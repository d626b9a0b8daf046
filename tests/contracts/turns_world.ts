/** What the tests of turns share: a database that can be wrapped, an engine at work on it, and patience. */
import type { Database } from "../../adapters/stores/sql/sql.ts";
import type { Engine } from "../../server/chat/engine.ts";
import { type EngineOptions, openEngine } from "../../server/chat/open_engine.ts";
import type { Store } from "../../server/domain/store.ts";
import type { Claim, Viewer } from "../../server/domain/turn.ts";
import { openScriptedProvider } from "../fakes/scripted_provider.ts";

export interface OpenedDatabase extends AsyncDisposable {
  /** Empty at first. */
  readonly database: Database;
  /** A store over it, or over a wrapping of it. */
  storeOver(database: Database): Store;
}

export type OpenDatabase = () => Promise<OpenedDatabase>;

export const everyone: Viewer = { workspace: "w", person: null };
export const fromStart = { text: 0, reasoning: 0 };

/** A lease that is over as soon as it is given. */
export const overAtOnceMs = -1;

export interface WorkingEngine extends AsyncDisposable {
  readonly engine: Engine;
  /** What ended in an unforeseen way. */
  readonly failures: readonly unknown[];
}

/** An engine that answers with the scripted model unless `over` says otherwise; disposing lets go of what it has. */
export function engineOn(store: Store, over: Partial<EngineOptions> = {}): WorkingEngine {
  const failures: unknown[] = [];
  const provider = openScriptedProvider();
  const engine = openEngine({
    store,
    platforms: new Map(),
    providers: async () => [provider],
    defaultModel: "scripted/script",
    fallbackModel: null,
    backgroundModel: null,
    maxAnswers: 8,
    maxBackground: 2,
    maxPosts: 4,
    leaseMs: 5000,
    systemPrompt: "You are the model of a test, which says the same seeded words to the same question every time.",
    report: (error) => void failures.push(error),
    ...over,
  });
  const stopping = new AbortController();
  const running = engine.run(stopping.signal, stopping.signal);
  return {
    ...{ engine, failures },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

/** What `look` finds as soon as it finds something; throws when that takes too long. */
export async function eventually<T>(look: () => Promise<T | undefined | false>, withinMs = 15_000): Promise<T> {
  const until = performance.now() + withinMs;
  while (performance.now() < until) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`Cannot see within ${withinMs} ms: ${look}`);
}

/** The next answer that is due, waited for. */
export function claimNext(store: Store, { owner = "test", leaseMs = 60_000 } = {}): Promise<Claim> {
  return eventually(() => store.turns.claim({ owner, leaseMs, background: false }));
}

/** The whole of an answer, as a listener from the beginning sees it. */
export async function listen(engine: Engine, turn: string): Promise<string> {
  let text = "";
  for await (const event of engine.attach(everyone, turn, fromStart, AbortSignal.timeout(20_000))) {
    if (!("ended" in event) && event.channel === "text") text += event.text;
  }
  return text;
}
