/** What answers when no model is connected: it says so, what was found on this machine, and how to connect one. */
import type { FoundServer, ModelModule, ModelProvider } from "../../../server/domain/model.ts";
import { answerTo } from "./answer.ts";

export interface GuideOptions {
  /** The model servers that answer on this machine; never throws. */
  readonly findServers: (signal: AbortSignal) => Promise<readonly FoundServer[]>;
  /** Between two words, as a person reads along. */
  readonly wordMs?: number;
}

export const open: ModelModule["open"] = async (_settings, { findServers }) => openGuide({ findServers });

export function openGuide({ findServers, wordMs = 12 }: GuideOptions): ModelProvider {
  return {
    name: "guide",
    isLocal: true,
    host: null,
    async *generate({ messages, prefix }, signal) {
      const servers = await findServers(signal);
      const questions = messages.filter(({ role }) => role === "user");
      const answer = answerTo(questions.at(-1)?.text ?? "", { servers, isFirst: questions.length <= 1 });
      for (const word of rest(answer, prefix).match(/\s*\S+\s*/g) ?? []) {
        if (signal.aborted) return;
        yield { type: "text", text: word };
        await pause(wordMs, signal);
      }
      if (signal.aborted) return;
      yield { type: "finish", reason: "stop" };
      // It reads and writes no tokens.
      const usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0, isReported: true };
      yield { type: "usage", usage };
    },
    async models() {
      return [{
        id: "guide",
        name: "Guide",
        contextTokens: null,
        maxOutputTokens: null,
        takesImages: false,
        price: { input: 0, cachedInput: 0, output: 0 },
      }];
    },
  };
}

/** What is left to say; when what was found has changed since, all of it, as a new paragraph. */
function rest(answer: string, prefix: string): string {
  if (answer.startsWith(prefix)) return answer.slice(prefix.length);
  return `\n\n${answer}`;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
