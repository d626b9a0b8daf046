/** What the HTTP server is given: the engine, the store, who may call, and where every bound lies. */
import type { Engine } from "../chat/engine.ts";
import type { Store } from "../domain/store.ts";
import type { Caller } from "./caller.ts";
import type { Gate } from "./gate.ts";
import type { Metrics } from "./metrics.ts";
import type { Pages } from "./built_pages.ts";

export interface AppOptions {
  readonly engine: Engine;
  readonly store: Store;
  readonly workspace: string;
  readonly auth: Auth;
  /** Host names besides loopback under which the server may be called; "*" is any. */
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may call from a browser, e.g. "https://intranet.example". */
  readonly corsOrigins: readonly string[];
  readonly limits: HttpLimits;
  readonly version: string;
  /** Made at every start, so that a client knows whose address it has. */
  readonly instance: string;
  /** Where files wait while they are imported; left out: the system's folder for such. */
  readonly uploadFolder?: string;
  /** Everything in one archive; left out where the store cannot do that. */
  readonly exportAll?: () => Promise<ReadableStream<Uint8Array>>;
  /** Null: a server without pages. */
  readonly pages: Pages | null;
  readonly log: Log;
  /** Ends every open stream, so that the server can shut down. */
  readonly closing: AbortSignal;
  /** An adapter's proof of life: null when well, a sentence when not, undefined when there is no such adapter. */
  readonly adapterProblem: (name: string, signal: AbortSignal) => Promise<string | null | undefined>;
}

/** "none": whoever reaches the server may call it, so it must listen on loopback only. */
export type Auth = { readonly mode: "none" } | { readonly mode: "key"; readonly key: string };

export interface HttpLimits {
  /** Of a body that may carry files. */
  readonly largeBodyBytes: number;
  /** Of any other body. */
  readonly bodyBytes: number;
  /** How long a client may take to send a body. */
  readonly bodyTimeoutMs: number;
  /** Nested objects and lists in JSON. */
  readonly jsonDepth: number;
  /** Of one address. */
  readonly requestsPerMinute: number;
  /** Wrong keys of one address. */
  readonly wrongKeysPerMinute: number;
  readonly openStreams: number;
  /** Turns that may wait to be answered. */
  readonly waitingTurns: number;
  /** Addresses that are remembered for the limits above. */
  readonly addresses: number;
  readonly heartbeatMs: number;
}

export const defaultLimits: HttpLimits = {
  largeBodyBytes: 32 * 2 ** 20,
  bodyBytes: 2 ** 20,
  bodyTimeoutMs: 60_000,
  jsonDepth: 100,
  requestsPerMinute: 120_000,
  wrongKeysPerMinute: 20,
  openStreams: 1000,
  waitingTurns: 1000,
  addresses: 2000,
  heartbeatMs: 15_000,
};

/** One event of the log; `fields` hold no secrets. */
export type Log = (level: "debug" | "info" | "warn" | "error", event: string, fields: LogFields) => void;

export type LogFields = Readonly<Record<string, unknown>>;

/** What the routes share. */
export interface Server extends AppOptions {
  readonly metrics: Metrics;
  readonly gate: Gate;
}

/** Hono's view of a request: `Deno.serve`'s information, and what our own steps have found out. */
export interface HttpEnv {
  Bindings: { readonly remoteAddr?: Deno.Addr };
  Variables: { requestId: string; caller: Caller };
}
