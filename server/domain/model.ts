/** Model providers: what we ask of them, what they say, and how they fail. */
import type { Usage } from "./ledger.ts";
import type { Attachment, Role } from "./message.ts";

export interface PromptMessage {
  readonly role: Role;
  readonly text: string;
  readonly images: readonly Attachment[];
}

export interface Prompt {
  /** The model as its provider names it. */
  readonly model: string;
  readonly system: string;
  readonly messages: readonly PromptMessage[];
  /** What the answer begins with already: go on after its last character. */
  readonly prefix: string;
  readonly maxOutputTokens: number;
  /** Room for prompt and answer, for providers that must be told (Ollama's `num_ctx`); null: not known. */
  readonly contextTokens: number | null;
  /** Names this call in the provider's records: sent along as `x-client-request-id`. */
  readonly requestId?: string;
}

/** What comes back, in order. Text comes grouped by what arrived together, never split for its own sake. */
export type ModelEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  /** The provider's word for how it ended: "stop", "length", "content_filter". */
  | { readonly type: "finish"; readonly reason: string }
  /** What is known to be used up to now; the last one counts. */
  | { readonly type: "usage"; readonly usage: Usage };

/** In integer micro-dollars per million tokens. */
export interface Price {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
}

export interface ModelInfo {
  /** As its provider names it. */
  readonly id: string;
  readonly name: string;
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly takesImages: boolean | null;
  /** Null: unknown. Models on this machine cost nothing. */
  readonly price: Price | null;
}

/** Why a provider could not answer; each has one sentence in `message` for the person. */
export type ProviderFault =
  | "wrong_key"
  | "no_credit"
  | "unknown_model"
  | "rate_limited"
  | "overloaded"
  | "unreachable"
  | "refused"
  | "context_too_long"
  | "slow_start"
  | "stalled"
  | "cut_off"
  | "malformed";

/** The provider's side failed; what it had said before stays. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  /** What the provider asked us to wait. */
  readonly retryAfterMs: number | undefined;
  constructor(
    readonly fault: ProviderFault,
    message: string,
    options: ErrorOptions & { retryAfterMs?: number } = {},
  ) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
  /** Whether asking again, unchanged, may help. */
  get isRetryable(): boolean {
    return !["wrong_key", "no_credit", "unknown_model", "refused", "context_too_long"].includes(this.fault);
  }
}

export interface ModelProvider {
  /** The first segment of `provider/model`. */
  readonly name: string;
  /** True when nothing that is said to it leaves this machine. */
  readonly isLocal: boolean;
  /** The host that is contacted, as `host:port`; null when there is none. */
  readonly host: string | null;
  /**
   * One call, sent once. Nothing is sent or billed before the first read; aborting closes the connection.
   * Throws `ProviderError`, after what had arrived; an abort ends the stream without an error.
   */
  generate(prompt: Prompt, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** Throws `ProviderError`. */
  models(signal: AbortSignal): Promise<readonly ModelInfo[]>;
}

/** How to reach one provider. */
export interface ProviderSettings {
  /** The first segment of `provider/model`; unique. */
  readonly name: string;
  /** Its row in `adapters/models/table.ts`: "openai", "openrouter", "ollama", "lmstudio", "llamacpp", "custom". */
  readonly kind: string;
  /** Null: the kind's own. */
  readonly baseUrl: string | null;
  readonly apiKey: string | null;
}

/** How anything leaves this machine. */
export interface Network {
  readonly httpProxy: string | null;
  readonly httpsProxy: string | null;
  /** Hosts that are reached directly, as `NO_PROXY` has it. */
  readonly noProxy: string | null;
  /** PEM certificates that are trusted besides the system's. */
  readonly caCertificates: string | null;
}

/** A model server that answers on this machine. */
export interface FoundServer {
  readonly kind: "ollama" | "lmstudio" | "llamacpp";
  readonly baseUrl: string;
  readonly models: readonly string[];
}

/** What a provider may know of the machine it runs on. */
export interface Surroundings {
  readonly network: Network;
  /** The model servers that answer here now; never throws. */
  readonly findServers: (signal: AbortSignal) => Promise<readonly FoundServer[]>;
}

/** What a module behind a row of `adapters/models/table.ts` exports. */
export interface ModelModule {
  open(settings: ProviderSettings, surroundings: Surroundings): Promise<ModelProvider>;
}

/** A request of an OpenAI-compatible client, passed on as it is. */
export interface RelayRequest {
  readonly path: "chat/completions" | "embeddings";
  /** The decoded body, `model` already as the provider names it. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Relayed {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | null;
  /** As it arrives; destroying it closes the connection. */
  readonly body: ReadableStream<Uint8Array>;
  /** All of it, where it was short and not a stream: `body` then gives the same. */
  readonly whole?: Uint8Array<ArrayBuffer>;
  /** Resolves when the body has ended or was cancelled, with what the provider said was used; null: nothing. */
  readonly usage: Promise<Usage | null>;
}

/** Capability: passes OpenAI-shaped requests through, byte for byte. */
export interface RelayingProvider extends ModelProvider {
  /** Sent once. Throws `ProviderError` when no answer came; an error status is an answer. */
  relay(request: RelayRequest, signal: AbortSignal): Promise<Relayed>;
}

export function isRelaying(provider: ModelProvider): provider is RelayingProvider {
  return "relay" in provider;
}

/** Splits `provider/model`; the model's own name may hold slashes. Undefined when there is no provider in it. */
export function parseModelRef(ref: string): { provider: string; model: string } | undefined {
  const slash = ref.indexOf("/");
  return slash > 0 && slash < ref.length - 1
    ? { provider: ref.slice(0, slash), model: ref.slice(slash + 1) }
    : undefined;
}
