/** What a decoder of answers is, and what all of them share: events grouped by what arrived together. */
import type { ModelEvent, ProviderError } from "../../../server/domain/model.ts";

/** Turns one answer's bytes into events. */
export interface Decoder {
  read(bytes: Uint8Array): void;
  /** The bytes have ended. */
  end(): void;
  /** The events since the last call, text that came together as one. */
  take(): ModelEvent[];
  /** What went wrong after those events. */
  readonly failure: ProviderError | undefined;
  /** The model has said why it ended, or that all is said: no more text comes. */
  readonly isComplete: boolean;
  /** Nothing more comes at all. */
  readonly isOver: boolean;
}

export interface Gathering {
  text(text: string): void;
  reasoning(text: string): void;
  other(event: Extract<ModelEvent, { type: "finish" | "usage" }>): void;
  take(): ModelEvent[];
}

export function openGathering(): Gathering {
  let events: ModelEvent[] = [];
  let kind: "text" | "reasoning" = "text";
  let said = "";
  const add = (type: "text" | "reasoning", text: string) => {
    if (text === "") return;
    if (type !== kind) settle();
    kind = type;
    said += text;
  };
  const settle = () => {
    if (said !== "") events.push({ type: kind, text: said });
    said = "";
  };
  return {
    text: (text) => add("text", text),
    reasoning: (text) => add("reasoning", text),
    other(event) {
      settle();
      events.push(event);
    },
    take() {
      settle();
      const taken = events;
      events = [];
      return taken;
    },
  };
}
