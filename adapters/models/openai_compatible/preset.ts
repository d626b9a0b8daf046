/** What sets OpenAI-compatible servers apart: one row for each kind. */
import { ChatError } from "../../../server/domain/error.ts";

export interface Preset {
  /** As people know it; null: by the name its owner gave it. */
  readonly label: string | null;
  /** Where it is unless told otherwise, with its `/v1`; null: nowhere. */
  readonly baseUrl: string | null;
  /** The port of an address that names none. */
  readonly port: number | null;
  readonly keySetting: string;
  readonly urlSetting: string;
  /** What answers are asked with: `/v1/chat/completions`, or Ollama's `/api/chat`, which alone takes `num_ctx`. */
  readonly api: "chat" | "ollama";
  /** Whether a last message of the assistant is gone on with ("prefill") or must be asked for in words. */
  readonly continuation: "prefill" | "instruction";
  readonly maxTokensField: "max_tokens" | "max_completion_tokens";
  /** Whether thoughts may come as `<think>…</think>` at the start of the text. */
  readonly hasThinkTags: boolean;
  /** Whether chat templates may insist that user and assistant take turns. */
  readonly mustAlternate: boolean;
  /** Whether `usage.cost` is in dollars. */
  readonly reportsCost: boolean;
  readonly list: "openai" | "openrouter" | "ollama" | "lmstudio" | "llamacpp" | "plain";
  /** What to do when nothing answers. */
  readonly startHint: string;
}

const compatible: Preset = {
  label: null,
  baseUrl: null,
  port: null,
  keySetting: "CUSTOM_API_KEY",
  urlSetting: "CUSTOM_BASE_URL",
  api: "chat",
  continuation: "prefill",
  maxTokensField: "max_tokens",
  hasThinkTags: true,
  mustAlternate: false,
  reportsCost: false,
  list: "plain",
  startHint: "check its address and that it is running",
};

const presets: Readonly<Record<string, Preset>> = {
  openai: {
    ...compatible,
    label: "OpenAI",
    baseUrl: "https://api.openai.com/v1",
    keySetting: "OPENAI_API_KEY",
    urlSetting: "OPENAI_BASE_URL",
    continuation: "instruction",
    maxTokensField: "max_completion_tokens",
    hasThinkTags: false,
    list: "openai",
    startHint: "check the network connection",
  },
  openrouter: {
    ...compatible,
    label: "OpenRouter",
    baseUrl: "https://openrouter.ai/api/v1",
    keySetting: "OPENROUTER_API_KEY",
    urlSetting: "OPENROUTER_BASE_URL",
    hasThinkTags: false,
    reportsCost: true,
    list: "openrouter",
    startHint: "check the network connection",
  },
  ollama: {
    ...compatible,
    label: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    port: 11434,
    keySetting: "OLLAMA_API_KEY",
    urlSetting: "OLLAMA_HOST",
    api: "ollama",
    list: "ollama",
    startHint: "start it with `ollama serve`, or check OLLAMA_HOST",
  },
  lmstudio: {
    ...compatible,
    label: "LM Studio",
    baseUrl: "http://127.0.0.1:1234/v1",
    port: 1234,
    keySetting: "LMSTUDIO_API_KEY",
    urlSetting: "LMSTUDIO_BASE_URL",
    mustAlternate: true,
    list: "lmstudio",
    startHint: "start its server with `lms server start`, or check LMSTUDIO_BASE_URL",
  },
  llamacpp: {
    ...compatible,
    label: "llama.cpp",
    baseUrl: "http://127.0.0.1:8081/v1",
    port: 8081,
    keySetting: "LLAMACPP_API_KEY",
    urlSetting: "LLAMACPP_BASE_URL",
    mustAlternate: true,
    list: "llamacpp",
    startHint: "start `llama-server`, or check LLAMACPP_BASE_URL",
  },
  custom: compatible,
};

/** Throws `ChatError` "invalid" for a kind that there is not. */
export function presetOf(kind: string): Preset {
  const preset = presets[kind];
  if (preset === undefined) {
    const kinds = Object.keys(presets).join(", ");
    throw new ChatError("invalid", `Cannot open a model provider of kind "${kind}": must be one of ${kinds}`);
  }
  return preset;
}

/** What stands at the address of `OPENAI_BASE_URL` need not be OpenAI's own. */
export function presetAt(kind: string, hostname: string): Preset {
  const preset = presetOf(kind);
  const isOwn = /(^|\.)(openai\.com|openai\.azure\.com)$/.test(hostname);
  if (kind !== "openai" || isOwn) return preset;
  const { label, keySetting, urlSetting } = preset;
  return { ...compatible, label, keySetting, urlSetting, startHint: `check ${urlSetting} and that it is running` };
}
