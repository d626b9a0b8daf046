/** Answers an OpenAI-shaped request from a provider that speaks only our own words: the guide. */
import { ChatError } from "../domain/error.ts";
import type { Usage } from "../domain/ledger.ts";
import type { ModelEvent, ModelProvider, PromptMessage, Relayed, RelayRequest } from "../domain/model.ts";

/** Throws "invalid" for what is no chat. */
export async function speakOpenAi(
  provider: ModelProvider,
  { path, body }: RelayRequest,
  signal: AbortSignal,
): Promise<Relayed> {
  if (path !== "chat/completions") {
    throw new ChatError("invalid", `Cannot make embeddings with "${provider.name}": connect a provider that has them`);
  }
  const events = provider.generate({
    model: String(body.model),
    system: "",
    messages: messagesOf(body.messages),
    prefix: "",
    maxOutputTokens: 4096,
    contextTokens: null,
  }, signal);
  const used = Promise.withResolvers<Usage | null>();
  const id = `chatcmpl-${crypto.randomUUID()}`;
  const shape = { id, created: Math.floor(Date.now() / 1000), model: `${provider.name}/${body.model}` };
  const answer = body.stream === true ? chunks(events, shape, used.resolve) : whole(events, shape, used.resolve);
  return {
    status: 200,
    contentType: body.stream === true ? "text/event-stream; charset=utf-8" : "application/json",
    retryAfter: null,
    body: ReadableStream.from(answer),
    usage: used.promise,
  };
}

type Shape = { readonly id: string; readonly created: number; readonly model: string };

async function* chunks(events: AsyncIterable<ModelEvent>, shape: Shape, used: (usage: Usage | null) => void) {
  const encoder = new TextEncoder();
  const event = (delta: object, finish: string | null) =>
    encoder.encode(`data: ${
      JSON.stringify({
        ...shape,
        object: "chat.completion.chunk",
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      })
    }\n\n`);
  let usage: Usage | null = null;
  try {
    yield event({ role: "assistant", content: "" }, null);
    for await (const piece of events) {
      if (piece.type === "text") yield event({ content: piece.text }, null);
      else if (piece.type === "usage") usage = piece.usage;
    }
    yield event({}, "stop");
    yield encoder.encode("data: [DONE]\n\n");
  } finally {
    used(usage);
  }
}

async function* whole(events: AsyncIterable<ModelEvent>, shape: Shape, used: (usage: Usage | null) => void) {
  let content = "";
  let usage: Usage | null = null;
  try {
    for await (const piece of events) {
      if (piece.type === "text") content += piece.text;
      else if (piece.type === "usage") usage = piece.usage;
    }
    yield new TextEncoder().encode(JSON.stringify({
      ...shape,
      object: "chat.completion",
      choices: [{
        index: 0,
        message: { role: "assistant", content, refusal: null },
        logprobs: null,
        finish_reason: "stop",
      }],
      usage: {
        prompt_tokens: usage?.inputTokens ?? 0,
        completion_tokens: usage?.outputTokens ?? 0,
        total_tokens: (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0),
      },
    }));
  } finally {
    used(usage);
  }
}

/** The text of what was said; anything else in it is not for this provider. */
function messagesOf(messages: unknown): PromptMessage[] {
  if (!Array.isArray(messages)) {
    throw new ChatError("invalid", 'Cannot read "messages": it must be a list of messages with role and content');
  }
  return messages.map(({ role, content }: { role?: unknown; content?: unknown }) => ({
    role: role === "assistant" ? "assistant" as const : "user" as const,
    text: textOf(content),
    images: [],
  }));
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: { text?: unknown }) => typeof part?.text === "string" ? part.text : "").join("");
}
