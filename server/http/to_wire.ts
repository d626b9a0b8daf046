/** What the store and the engine know, in the shapes that travel. */
import type { ListedModel, ProviderState } from "../chat/engine.ts";
import type { Conversation, SearchHit, ShownMessage } from "../domain/conversation.ts";
import type { Turn, TurnRecord } from "../domain/turn.ts";
import type {
  WireConversation,
  WireMessage,
  WireModel,
  WireReply,
  WireSearchHit,
  WireStreamError,
  WireTurn,
  WireTurnRecord,
  WireTurnStart,
} from "../domain/wire.ts";

export function toWireConversation(it: Conversation): WireConversation {
  return {
    id: it.id,
    title: it.title,
    platform: it.platform,
    pinned: it.isPinned,
    archived: it.isArchived,
    model: it.model,
    reach: it.reach,
    created_at: toTime(it.createdAt),
    updated_at: toTime(it.updatedAt),
  };
}

export function toWireMessage(it: ShownMessage): WireMessage {
  return {
    id: it.id,
    turn_id: it.turn,
    role: it.role,
    author: it.author,
    text: it.text,
    reasoning: it.reasoning,
    state: it.state,
    notice: it.notice,
    error_code: it.errorCode,
    retryable: it.retryable,
    model: it.model,
    cost_usd: toUsd(it.costMicroUsd),
    ...it.tokens === undefined ? {} : { tokens: it.tokens },
    ...it.totalMs === undefined ? {} : { total_ms: it.totalMs },
    attachments: it.attachments.map(({ name, mediaType, bytes }) => ({ name, media_type: mediaType, bytes })),
    variants: it.variants,
    created_at: toTime(it.createdAt),
  };
}

export function toWireHit(it: SearchHit): WireSearchHit {
  return {
    conversation_id: it.conversation,
    title: it.title,
    message_id: it.message,
    role: it.role,
    excerpt: it.excerpt,
    highlights: it.highlights,
    created_at: toTime(it.createdAt),
  };
}

export function toTurnStart(turn: Turn): WireTurnStart {
  return { turn_id: turn.id, conversation_id: turn.conversation, message_id: turn.answer ?? "" };
}

/** `text` is the whole answer. */
export function toReply(turn: Turn, text: string): WireReply {
  const { record, notice } = turn;
  const notices = record?.notices ?? [];
  return {
    ...toTurnStart(turn),
    reply: text,
    model: record?.model ?? null,
    state: turn.state,
    notices: notice === null || notices.includes(notice) ? notices : [...notices, notice],
    usage: {
      input_tokens: record?.usage?.inputTokens ?? 0,
      output_tokens: record?.usage?.outputTokens ?? 0,
      cost_usd: toUsd(record?.costMicroUsd ?? null),
    },
  };
}

/** Undefined for a turn that came to its end, by itself or because somebody stopped it. */
export function toStreamError(turn: Turn): WireStreamError | undefined {
  const { state, notice, errorCode, retryable } = turn;
  if (state === "interrupted") {
    const message = notice ?? "The answer was interrupted; it can be continued where it stopped";
    return { code: "interrupted", message, retryable: true };
  }
  if (state !== "failed") return;
  return { code: errorCode ?? "provider_failed", message: notice ?? "No answer could be made", retryable };
}

export function toWireTurn(turn: Turn): WireTurn {
  return {
    id: turn.id,
    conversation_id: turn.conversation,
    state: turn.state,
    question_id: turn.question,
    message_id: turn.answer,
    reason: turn.reason,
    notice: turn.notice,
    error_code: turn.errorCode,
    retryable: turn.retryable,
    created_at: toTime(turn.createdAt),
    ended_at: turn.endedAt === null ? null : toTime(turn.endedAt),
    record: turn.record && toWireRecord(turn.record),
  };
}

function toWireRecord(it: TurnRecord): WireTurnRecord {
  const { usage } = it;
  return {
    model: it.model,
    route: it.route,
    local: it.isLocal,
    omitted_messages: it.omittedMessages,
    summarised: it.summarised,
    prompt_tokens: it.promptTokens,
    usage: usage && {
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cached_input_tokens: usage.cachedInputTokens,
      reasoning_tokens: usage.reasoningTokens,
      cost_usd: toUsd(it.costMicroUsd),
    },
    cost_usd: toUsd(it.costMicroUsd),
    finish_reason: it.finishReason,
    notices: it.notices,
    first_text_ms: it.firstTextMs,
    total_ms: it.totalMs,
  };
}

export function toWireModel(it: ListedModel): WireModel {
  return {
    id: it.ref,
    name: it.name,
    local: it.isLocal,
    context_tokens: it.contextTokens,
    price: it.price && { input: it.price.input / 1e6, output: it.price.output / 1e6 },
  };
}

export interface WireProvider {
  readonly name: string;
  readonly local: boolean;
  readonly host: string | null;
  readonly problem: string | null;
  readonly models: number;
}

export function toWireProvider({ name, isLocal, host, problem, models }: ProviderState): WireProvider {
  return { name, local: isLocal, host, problem: problem ?? null, models };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

function toUsd(micro: number | null): number | null {
  return micro === null ? null : micro / 1e6;
}
