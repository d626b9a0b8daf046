/** Answers of `/v1/chat/completions`: a stream of chunks, or one whole completion where a server does not stream. */
import type { ProviderError } from "../../../server/domain/model.ts";
import { type Decoder, type Gathering, openGathering } from "./decoder.ts";
import { faultOfEvent, malformed } from "./faults.ts";
import { type Fields, fields, list, parseJson, text } from "./json.ts";
import type { Server } from "./server.ts";
import { openEvents } from "./stream.ts";
import { openThoughts } from "./think.ts";
import { decodeUsage } from "./usage.ts";

export function openChatDecoder(server: Server): Decoder {
  const events = openEvents();
  const sink = openSink(server);
  return {
    read: (bytes) => guard(server, sink, () => events.read(bytes).forEach(sink.event)),
    end: () => {
      // An event that the end has torn is no event: the answer was cut off there.
      guard(server, sink, () => events.end().filter(isWhole).forEach(sink.event));
      sink.end();
    },
    take: sink.gathering.take,
    get failure() {
      return sink.failure;
    },
    get isComplete() {
      return sink.isComplete;
    },
    get isOver() {
      return sink.isOver;
    },
  };
}

const maxWholeBytes = 16 * 1024 * 1024;

/** For a server that answers a request for a stream in one piece. */
export function openWholeDecoder(server: Server): Decoder {
  const sink = openSink(server);
  const decoder = new TextDecoder();
  let body = "";
  return {
    read(bytes) {
      body += decoder.decode(bytes, { stream: true });
      if (body.length > maxWholeBytes) sink.failure = malformed(server, "an answer that is far too long");
    },
    end() {
      sink.event(body + decoder.decode());
      sink.end();
      sink.isComplete = true;
    },
    take: sink.gathering.take,
    get failure() {
      return sink.failure;
    },
    get isComplete() {
      return sink.isComplete;
    },
    get isOver() {
      return sink.isOver;
    },
  };
}

interface Sink {
  readonly gathering: Gathering;
  event(data: string): void;
  end(): void;
  failure: ProviderError | undefined;
  isComplete: boolean;
  isOver: boolean;
}

function openSink(server: Server): Sink {
  const gathering = openGathering();
  const thoughts = server.preset.hasThinkTags ? openThoughts() : undefined;
  const say = (type: "text" | "reasoning", text: string) => gathering[type](text);
  const sink: Sink = {
    gathering,
    failure: undefined,
    isComplete: false,
    isOver: false,
    event(data) {
      if (sink.failure !== undefined || sink.isOver) return;
      if (data === "[DONE]") {
        sink.isComplete = sink.isOver = true;
        return;
      }
      const chunk = parseJson(data);
      if (chunk === undefined) {
        sink.failure = malformed(server, "something that cannot be read");
        return;
      }
      const { error, choices } = fields(chunk);
      if (error !== undefined && error !== null) {
        sink.failure = faultOfEvent(server, error);
        return;
      }
      const choice = fields(list(choices)[0]);
      const delta = fields(choice.delta ?? choice.message);
      gathering.reasoning(text(delta.reasoning_content) ?? text(delta.reasoning) ?? "");
      sayParts(delta);
      const reason = text(choice.finish_reason);
      if (reason !== undefined) {
        sink.isComplete = true;
        rest();
        gathering.other({ type: "finish", reason });
      }
      const usage = decodeUsage(chunk, server.preset);
      if (usage !== undefined) gathering.other({ type: "usage", usage });
    },
    end: rest,
  };

  /** Content is a string, or parts of which some are thoughts (Mistral). */
  function sayParts(delta: Fields): void {
    const { content, refusal } = delta;
    if (typeof content === "string") spoken(content);
    for (const part of list(content).map(fields)) {
      if (part.type === "thinking") {
        list(part.thinking).map(fields).forEach((t) => say("reasoning", text(t.text) ?? ""));
      } else spoken(text(part.text) ?? "");
    }
    if (typeof refusal === "string") spoken(refusal);
  }

  function spoken(content: string): void {
    if (thoughts === undefined) say("text", content);
    else for (const thought of thoughts.push(content)) say(thought.type, thought.text);
  }

  function rest(): void {
    for (const thought of thoughts?.end() ?? []) say(thought.type, thought.text);
  }

  return sink;
}

function isWhole(data: string): boolean {
  return data === "[DONE]" || parseJson(data) !== undefined;
}

/** An event past every bound is as good as unreadable. */
function guard(server: Server, sink: Sink, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    sink.failure ??= malformed(server, "an event that is far too long");
  }
}
