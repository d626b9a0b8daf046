/** A model that says the same seeded words to the same question, may break off, and writes invoices that survive kill -9. */
import {
  type ModelEvent,
  type ModelInfo,
  type ModelProvider,
  type Prompt,
  ProviderError,
} from "../../server/domain/model.ts";
import { maxTokens, scriptTokens } from "./model_script.ts";

export const promptMicroUsd = 100;
export const tokenMicroUsd = 3;

/** A prompt of 100 tokens or more reserves at least what the invoice will say. */
export const scriptedInfo: ModelInfo = {
  id: "script",
  name: "Script",
  contextTokens: 16_384,
  maxOutputTokens: maxTokens,
  takesImages: false,
  price: { input: 1_000_000, cachedInput: 1_000_000, output: tokenMicroUsd * 1_000_000 },
};

export interface ScriptedOptions {
  /** A folder: one file per call, its length in bytes the number of tokens billed, its existence the prompt. */
  readonly invoices?: string;
  readonly tokenMs?: number;
  /** The share of calls that break off at a random token. */
  readonly failing?: number;
  readonly name?: string;
  readonly isLocal?: boolean;
  readonly contextTokens?: number;
}

export function openScriptedProvider(options: ScriptedOptions = {}): ModelProvider {
  const { invoices, tokenMs = 0, failing = 0, name = "scripted", isLocal = false } = options;
  const { contextTokens = scriptedInfo.contextTokens } = options;

  async function* generate(prompt: Prompt, signal: AbortSignal): AsyncIterable<ModelEvent> {
    let [tokens, costMicroUsd] = [0, 0];
    function bill(bytes: string, microUsd: number) {
      tokens += bytes.length;
      costMicroUsd += microUsd;
      if (invoices) Deno.writeTextFileSync(`${invoices}/${prompt.requestId}`, bytes, { append: true });
    }
    const inputTokens = promptMicroUsd;
    yield {
      type: "usage",
      // Read when the call is settled, so it is always what the invoice says.
      usage: {
        inputTokens,
        cachedInputTokens: 0,
        reasoningTokens: 0,
        isReported: true,
        get outputTokens() {
          return tokens;
        },
        get costMicroUsd() {
          return costMicroUsd;
        },
      },
    };
    bill("", promptMicroUsd);
    const breaksAt = Math.random() < failing ? Math.floor(Math.random() * 60) : Infinity;
    let at = 0;
    for (const [i, token] of scriptTokens(prompt.messages.at(-1)!.text).entries()) {
      const said = Math.max(0, prompt.prefix.length - at);
      at += token.length;
      if (said >= token.length) continue;
      if (tokenMs > 0) await new Promise((resolve) => setTimeout(resolve, tokenMs * 2 * Math.random()));
      if (signal.aborted) return;
      if (i >= breaksAt) throw new ProviderError("cut_off", "The model broke off");
      bill(".", tokenMicroUsd);
      yield { type: "text", text: token.slice(said) };
    }
    yield { type: "finish", reason: "stop" };
  }

  return {
    ...{ name, isLocal, generate },
    host: "127.0.0.1:1",
    models: async () => [{ ...scriptedInfo, contextTokens }],
  };
}
