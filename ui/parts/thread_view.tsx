/** The thread: all turns on one rail; it follows the newest words while the reader is at the end, and not otherwise. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { dayKey, dayName } from "../text/format.ts";
import { AnswerTurn } from "./answer_turn.tsx";
import { OutgoingTurn } from "./outgoing_turn.tsx";
import { PersonTurn } from "./person_turn.tsx";

const nearEndPx = 60;

export function ThreadView(
  { model, onEdit }: { model: ChatModel; onEdit: (text: string) => void },
): JSX.Element {
  const { chat, thread } = model;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const lastTop = useRef(0);
  const hasMoreBelow = useSignal(false);
  const messages = chat.messages.value;
  const clock = chat.clock.value;

  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    isAtEnd.current = true;
    hasMoreBelow.value = false;
  };

  useEffect(() => {
    const element = box.current;
    const column = element?.firstElementChild;
    if (!element || !column) return;
    toEnd();
    // text, code and images all make it grow; one observer sees them all
    const growth = new ResizeObserver(() => isAtEnd.current ? toEnd() : hasMoreBelow.value = true);
    growth.observe(column);
    return () => growth.disconnect();
  }, []);

  // an own message is always shown, wherever the reader was
  useEffect(() => {
    if (chat.outbox.value.length > 0) toEnd();
  }, [chat.outbox.value.length]);

  // what comes in above must not push away what is being read
  const first = messages[0]?.id;
  const height = useRef(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (element && height.current > 0 && !isAtEnd.current) element.scrollTop += element.scrollHeight - height.current;
    height.current = 0;
  }, [first]);

  function onScroll(): void {
    const element = box.current;
    if (!element) return;
    const isNearEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPx;
    // growth also moves the end away; only going up means that the reader has left it
    if (isNearEnd) isAtEnd.current = true;
    else if (element.scrollTop < lastTop.current - 1) isAtEnd.current = false;
    lastTop.current = element.scrollTop;
    if (isAtEnd.current) hasMoreBelow.value = false;
    if (element.scrollTop < 400 && chat.olderCursor.value !== null && !chat.isLoadingOlder.value) {
      void thread.loadOlder(() => height.current = element.scrollHeight);
    }
  }

  return (
    <div class="reading">
      <div
        ref={box}
        class="thread"
        role="log"
        aria-live="off"
        aria-label="Conversation"
        tabIndex={0}
        onScroll={onScroll}
      >
        <div class="col">
          {chat.isLoadingOlder.value && (
            <p class="day">
              <span>Reading what was said before</span>
            </p>
          )}
          {messages.map((message, index) => {
            const before = messages[index - 1];
            const isNewDay = !before || dayKey(before.created_at, clock) !== dayKey(message.created_at, clock);
            return [
              isNewDay && (
                <p class="day" key={`day-${message.id}`}>
                  <span>{dayName(message.created_at, clock)}</span>
                </p>
              ),
              message.role === "user"
                ? <PersonTurn key={message.id} model={model} message={message} />
                : <AnswerTurn key={message.id} model={model} message={message} />,
            ];
          })}
          {chat.outbox.value.map((outgoing) => (
            <OutgoingTurn key={outgoing.key} model={model} outgoing={outgoing} onEdit={onEdit} />
          ))}
        </div>
      </div>
      {hasMoreBelow.value && <button type="button" class="btn small below" onClick={toEnd}>More below</button>}
    </div>
  );
}
