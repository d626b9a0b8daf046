/** The world around a process that is killed again and again: what was sent, what was seen, what was wrong. */
import type { FakeKind } from "../fakes/platform.ts";
import { badDay, openPlatformServer, type PlatformServer } from "../fakes/platform_server.ts";
import { randomFrom } from "../fakes/model_script.ts";
import { promptMicroUsd, tokenMicroUsd } from "../fakes/scripted_provider.ts";

/** Reads the database from outside. */
export type Query = <Row>(text: string) => Promise<Row[]>;

/** A message that was accepted. */
export interface Sent {
  /** The conversation's number in this world, and the message's in it. */
  readonly c: number;
  readonly k: number;
  readonly workspace: string;
  readonly platform: FakeKind | "web";
  readonly externalId: string;
  readonly text: string;
  readonly conversation: string;
  readonly turn: string;
}

export interface World extends AsyncDisposable {
  readonly random: () => number;
  readonly query: Query;
  readonly platform: PlatformServer;
  readonly sent: Sent[];
  readonly violations: string[];
  readonly stats: Record<string, number>;
  /** Aborts when nobody writes any more; then when nobody continues what was interrupted; then when nobody listens. */
  readonly writing: AbortController;
  readonly continuing: AbortController;
  readonly ending: AbortController;
  violate(what: string): void;
  count(what: string, n?: number): void;
  /** Asks whatever process is alive, until one answers. */
  call<Reply>(path: string, body?: object): Promise<Reply>;
  /** Where the living processes listen. */
  readonly living: Set<string>;
  /** One of them; undefined while there is none. */
  url(): string | undefined;
  /** Whether there is one process at a time. */
  readonly isAlone: boolean;
  /** What the model has billed, by `turn.attempt.call`, in micro-dollars. */
  invoices(): Map<string, number>;
}

export const conversations = 20;
export const workspaces = ["w0", "w1", "w2", "w3"] as const;
const kinds = ["nonce", "history", "none", "web"] as const;
/** Conversations on the web whose interrupted turns nobody continues. */
export const abandoned: ReadonlySet<number> = new Set([3, 7]);

export function platformOf(c: number): FakeKind | "web" {
  return kinds[c % kinds.length]!;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function openWorld(
  { seed, invoices, query, isAlone }: { seed: number; invoices: string; query: Query; isAlone: boolean },
): Promise<World> {
  const random = randomFrom(seed);
  const platform = await openPlatformServer(badDay(random));

  async function call<Reply>(path: string, body?: object): Promise<Reply> {
    const init = body ? { method: "POST", body: JSON.stringify(body) } : {};
    for (let tries = 0; tries < 2000 && !world.ending.signal.aborted; tries++) {
      const url = world.url();
      if (url) {
        try {
          const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(3000) });
          const text = await response.text();
          if (response.ok) return JSON.parse(text);
          world.count("requests that were refused");
        } catch { // killed meanwhile: that is what this is about
          world.count("requests that were cut");
        }
      }
      await pause(30 + random() * 50);
    }
    throw new Error(`nobody answered ${path}`);
  }

  const world: World = {
    ...{ random, query, platform, call, isAlone },
    sent: [],
    violations: [],
    stats: {},
    writing: new AbortController(),
    continuing: new AbortController(),
    ending: new AbortController(),
    violate: (what) => void world.violations.push(what),
    count: (what, n = 1) => void (world.stats[what] = (world.stats[what] ?? 0) + n),
    living: new Set(),
    url: () => [...world.living][Math.floor(random() * world.living.size)],
    invoices() {
      const costs = new Map<string, number>();
      for (const { name } of Deno.readDirSync(invoices)) {
        costs.set(name, promptMicroUsd + tokenMicroUsd * Deno.statSync(`${invoices}/${name}`).size);
      }
      return costs;
    },
    async [Symbol.asyncDispose]() {
      world.writing.abort();
      world.continuing.abort();
      world.ending.abort();
      await platform[Symbol.asyncDispose]();
    },
  };
  return world;
}
