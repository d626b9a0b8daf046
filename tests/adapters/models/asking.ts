/** Asking a provider in tests, and what came of it. */
import type { ModelEvent, ModelProvider, Network, Prompt } from "../../../server/domain/model.ts";
import { ProviderError } from "../../../server/domain/model.ts";
import type { Usage } from "../../../server/domain/ledger.ts";
import { type CompatibleProvider, openCompatible } from "../../../adapters/models/openai_compatible/open.ts";
import type { Limits } from "../../../adapters/models/openai_compatible/server.ts";
import { type ModelServer, type ModelServerOptions, openModelServer } from "../../fakes/model_server.ts";

export const direct: Network = { httpProxy: null, httpsProxy: null, noProxy: null, caCertificates: null };

/** Short enough for tests, long enough for a busy machine. */
export const testLimits: Partial<Limits> = { retryWaitMs: 5, startTimeoutMs: 20_000, stallTimeoutMs: 20_000 };

export interface Reply {
  readonly text: string;
  readonly reasoning: string;
  readonly finish: string | undefined;
  readonly usage: Usage | undefined;
  readonly events: readonly ModelEvent[];
  readonly error: ProviderError | undefined;
}

export function promptFor(model: string, question: string, more: Partial<Prompt> = {}): Prompt {
  return {
    model,
    system: "",
    messages: [{ role: "user", text: question, images: [] }],
    prefix: "",
    maxOutputTokens: 1_000,
    contextTokens: null,
    ...more,
  };
}

/** Reads an answer to its end; anything but a `ProviderError` is thrown on. */
export async function ask(
  provider: ModelProvider,
  prompt: Prompt,
  signal: AbortSignal = new AbortController().signal,
): Promise<Reply> {
  const events: ModelEvent[] = [];
  let error: ProviderError | undefined;
  try {
    for await (const event of provider.generate(prompt, signal)) events.push(event);
  } catch (caught) {
    if (!(caught instanceof ProviderError)) throw caught;
    error = caught;
  }
  const said = (type: "text" | "reasoning") => events.map((event) => event.type === type ? event.text : "").join("");
  return {
    text: said("text"),
    reasoning: said("reasoning"),
    finish: events.find((event) => event.type === "finish")?.reason,
    usage: events.findLast((event) => event.type === "usage")?.usage,
    events,
    error,
  };
}

export interface Scene {
  readonly server: ModelServer;
  readonly provider: CompatibleProvider;
}

/** A model server and a provider connected to it, closed when `act` is done. */
export async function withServer(
  options: ModelServerOptions & { kind?: string; apiKey?: string; limits?: Partial<Limits> },
  act: (scene: Scene) => Promise<void>,
): Promise<void> {
  const { kind = "custom", apiKey = null, limits, ...serverOptions } = options;
  const server = await openModelServer(serverOptions);
  const settings = { name: kind, kind, baseUrl: server.url, apiKey };
  const provider = openCompatible(settings, direct, { ...testLimits, ...limits });
  try {
    await act({ server, provider });
  } finally {
    await provider.close();
    await server.close();
  }
}

/** Looks again and again, for at most ten seconds. */
export async function until(isSo: () => boolean, everyMs = 5): Promise<void> {
  const givenUpAt = performance.now() + 10_000;
  while (!isSo()) {
    if (performance.now() > givenUpAt) throw new Error(`It did not come to ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
