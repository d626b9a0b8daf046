/** Our prompt as a request: for `/v1/chat/completions`, and for Ollama's `/api/chat`. */
import type { ChatCompletionContentPart, ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import type { Prompt, PromptMessage } from "../../../server/domain/model.ts";
import type { Preset } from "./preset.ts";

/** How an interrupted answer is gone on with. */
export type Continuation = Preset["continuation"];

type ChatMessage = ChatCompletionCreateParamsStreaming["messages"][number];

/** The last message of a continuation that is asked for in words. */
export const continueInstruction =
  "Your last answer was interrupted. Continue it with exactly the next character after its last one. " +
  "Repeat nothing of it, and say nothing about the interruption.";

export function chatRequest(
  prompt: Prompt,
  preset: Pick<Preset, "maxTokensField" | "mustAlternate">,
  continuation: Continuation,
): ChatCompletionCreateParamsStreaming {
  const messages = preset.mustAlternate ? alternating(prompt.messages) : prompt.messages;
  return {
    model: prompt.model,
    messages: [
      ...(prompt.system === "" ? [] : [{ role: "system" as const, content: prompt.system }]),
      ...messages.map(chatMessage),
      ...continued<ChatMessage>(prompt.prefix, continuation),
    ],
    stream: true,
    stream_options: { include_usage: true },
    [preset.maxTokensField]: prompt.maxOutputTokens,
  };
}

/**
 * `num_ctx` can only be set here: `/v1/chat/completions` has no word for it. Ollama shortens what does not fit without
 * saying so, unless `truncate` and, while it answers, `shift` forbid it (ollama/ollama pull requests 13959 and 17944).
 */
export function ollamaRequest(prompt: Prompt, continuation: Continuation): Record<string, unknown> {
  return {
    model: prompt.model,
    messages: [
      ...(prompt.system === "" ? [] : [{ role: "system", content: prompt.system }]),
      ...prompt.messages.map(({ role, text, images }) => ({
        role,
        content: text,
        ...(images.length === 0 ? {} : { images: images.map(({ bytes }) => bytes.toBase64()) }),
      })),
      ...continued(prompt.prefix, continuation),
    ],
    stream: true,
    truncate: false,
    shift: false,
    options: {
      num_predict: prompt.maxOutputTokens,
      ...(prompt.contextTokens === null ? {} : { num_ctx: prompt.contextTokens }),
    },
  };
}

function chatMessage({ role, text, images }: PromptMessage): ChatMessage {
  if (role === "assistant") return { role, content: text };
  if (images.length === 0) return { role, content: text };
  const parts: ChatCompletionContentPart[] = images.map(({ mediaType, bytes }) => ({
    type: "image_url",
    image_url: { url: `data:${mediaType};base64,${bytes.toBase64()}` },
  }));
  return { role, content: text === "" ? parts : [{ type: "text", text }, ...parts] };
}

function continued<Message>(
  prefix: string,
  continuation: Continuation,
): (Message | { role: "assistant" | "user"; content: string })[] {
  if (prefix === "") return [];
  const answer = { role: "assistant" as const, content: prefix };
  return continuation === "prefill" ? [answer] : [answer, { role: "user", content: continueInstruction }];
}

/** Messages in a row from one side, as after an answer that failed, become one: some chat templates refuse them. */
function alternating(messages: readonly PromptMessage[]): PromptMessage[] {
  const merged: PromptMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last?.role === message.role) {
      merged[merged.length - 1] = {
        role: last.role,
        text: `${last.text}\n\n${message.text}`,
        images: [...last.images, ...message.images],
      };
    } else merged.push(message);
  }
  return merged;
}
