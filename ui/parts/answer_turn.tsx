/** An answer: being written, done, stopped, failed or interrupted, with what can be done in each case. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { WireMessage } from "../../server/domain/wire.ts";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { isOpenState, type LiveAnswer } from "../chat/chat_state.ts";
import { otherModel } from "../chat/turn_actions.ts";
import { closeMarkdown, wholeWords } from "../text/close_markdown.ts";
import { count, countWords, duration, timeOfDay } from "../text/format.ts";
import { CopyButton } from "./copy_button.tsx";
import { Icon, Mark } from "./icons.tsx";
import { Markdown } from "./markdown.tsx";
import { Variants } from "./variants.tsx";
import { Why } from "./why.tsx";

const stateWords: Readonly<Record<WireMessage["state"], string>> = {
  queued: "waiting its turn",
  running: "writing",
  done: "",
  stopped: "stopped by you",
  failed: "could not answer",
  interrupted: "stopped half way",
};

export function AnswerTurn({ model, message }: { model: ChatModel; message: WireMessage }): JSX.Element {
  const { chat } = model;
  const live = useComputed(() => chat.live.value.get(message.turn_id ?? "")?.value ?? null).value;
  const isOpen = isOpenState(message.state);
  const time = timeOfDay(message.created_at, chat.clock.value);
  const words = live && message.state === "queued" && live.text !== "" ? stateWords.running : stateWords[message.state];
  return (
    <article
      class={isOpen ? "turn answer running" : "turn answer"}
      aria-label={`WhisperEngine, ${time}`}
      data-message={message.id}
      data-turn={message.turn_id ?? ""}
      tabIndex={-1}
    >
      <h2 class="hush">WhisperEngine, {time}</h2>
      <span class="stop">
        <Mark class="ans-logo" />
      </span>
      <p class="by">
        <b>WhisperEngine</b>
        {words !== "" && <span>{words}</span>}
        <span class="num">{time}</span>
      </p>
      <div class="ans" dir="auto">
        <Thinking
          text={live?.reasoning ?? message.reasoning}
          isOpen={isOpen && (live?.text ?? message.text) === ""}
        />
        <Body model={model} message={message} live={live} />
        <Aftermath model={model} message={message} />
      </div>
      {isOpen ? <RunningLine message={message} live={live} /> : <EndLine model={model} message={message} />}
    </article>
  );
}

function Body(
  { model, message, live }: { model: ChatModel; message: WireMessage; live: LiveAnswer | null },
): JSX.Element | null {
  const parse = model.chat.parseMarkdown.value;
  if (!isOpenState(message.state)) {
    return message.text === "" ? null : <Markdown text={message.text} parse={parse} tip={null} />;
  }
  const text = live?.text ?? message.text;
  const painted = closeMarkdown(wholeWords(text));
  const tip = { freshLength: live ? Math.max(0, text.length - live.paintedLength) : 0, key: text.length };
  return <Markdown text={painted} parse={parse} tip={tip} />;
}

/** What the model thought before it answered: open while it thinks, folded when the answer starts. */
function Thinking({ text, isOpen }: { text: string; isOpen: boolean }): JSX.Element | null {
  if (text === "") return null;
  return (
    <details class="think" open={isOpen}>
      <summary>
        <Icon name="right" small />
        {isOpen ? "Thinking" : "Thought before answering"}
      </summary>
      <div>
        <p class="raw">{text}</p>
      </div>
    </details>
  );
}

/** Why there is no more of it, and what can be done now. */
function Aftermath({ model, message }: { model: ChatModel; message: WireMessage }): JSX.Element | null {
  const { chat, turns } = model;
  const turnId = message.turn_id;
  if (turnId === null) return null;
  if (message.state === "interrupted" && !chat.left.value.has(turnId)) {
    const leave = () => void (chat.left.value = new Set(chat.left.value).add(turnId));
    return (
      <div class="cut">
        <span>
          {message.notice ?? "The server stopped while this was being written. Everything up to here is saved."}
        </span>
        <span class="acts">
          <button type="button" class="btn prime small" onClick={() => turns.continueTurn(turnId)}>
            <Icon name="play" small />Continue
          </button>
          <button type="button" class="btn plain small" onClick={leave}>Leave it</button>
        </span>
      </div>
    );
  }
  if (message.state === "failed") {
    const other = otherModel(chat.models, message.model);
    const kept = message.text === "" ? "Nothing was written." : "What had arrived is kept.";
    return (
      <div class="note bad stack">
        <Icon name="warn" />
        <div>
          <strong>{message.notice ?? "The model could not answer."}</strong>
          <p>{kept} Your message is safe.</p>
        </div>
        <div class="acts">
          <button type="button" class="btn prime small" onClick={() => turns.regenerate(turnId, null)}>
            <Icon name="again" small />Try again
          </button>
          {other && (
            <button type="button" class="btn small" onClick={() => turns.regenerate(turnId, other.id)}>
              Ask {other.name} instead
            </button>
          )}
        </div>
      </div>
    );
  }
  const words = message.notice ?? (message.state === "done" && message.text === "" ? "It ended without a word." : null);
  return words === null ? null : <p class="dimmer">{words}</p>;
}

/** Counts up, twice a second. */
function RunningLine({ message, live }: { message: WireMessage; live: LiveAnswer | null }): JSX.Element {
  const elapsedMs = useSignal<number | null>(null);
  const startedAtMs = Date.parse(message.created_at);
  useEffect(() => {
    const tick = () => void (elapsedMs.value = Date.now() - startedAtMs);
    tick();
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [startedAtMs]);
  const words = countWords(live?.text ?? message.text);
  return (
    <p class="end">
      <span class="line">
        {live?.isStopping && <span>Stopping</span>}
        {words > 0 && <span>{count(words, "word")} so far</span>}
        {elapsedMs.value !== null && <span>{duration(elapsedMs.value)}</span>}
      </span>
    </p>
  );
}

function EndLine({ model, message }: { model: ChatModel; message: WireMessage }): JSX.Element {
  const turnId = message.turn_id;
  return (
    <div class="end">
      <Why model={model} message={message} />
      <div class="acts">
        <Variants model={model} message={message} />
        {message.text !== "" && <CopyButton text={message.text} title="Copy answer" />}
        {turnId !== null && (
          <button
            type="button"
            class="ico small"
            aria-label="Ask again"
            title="Ask again"
            onClick={() => model.turns.regenerate(turnId, null)}
          >
            <Icon name="again" />
          </button>
        )}
      </div>
    </div>
  );
}
