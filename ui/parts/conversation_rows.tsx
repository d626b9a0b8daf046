/** The rows of the list, by day; of a long list only those that can be seen are drawn. */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { WireConversation } from "../../server/domain/wire.ts";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { runningTurn } from "../chat/chat_state.ts";
import { byDay, fewRows, type Heights, windowOf } from "../chat/row_window.ts";
import { MoreIcon, PlaceMark } from "./icons.tsx";

interface Props {
  readonly model: ChatModel;
  readonly onMenu: (conversation: WireConversation, button: HTMLElement) => void;
}

/** Rows near the end of what is loaded make the next page come. */
const loadAheadPx = 1_600;

export function ConversationRows({ model, onMenu }: Props): JSX.Element {
  const { chat, list } = model;
  const box = useRef<HTMLDivElement>(null);
  const days = useComputed(() => byDay(chat.conversations.value, chat.clock.value)).value;
  const heights = useSignal<Heights | null>(null);
  const seen = useSignal({ top: 0, height: 0 });

  function look(): void {
    const element = box.current;
    if (!element) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    // by half a screen, so that most scrolling draws nothing anew
    const step = Math.max(100, Math.floor(clientHeight / 2));
    const top = Math.floor(scrollTop / step) * step;
    if (top !== seen.value.top || clientHeight !== seen.value.height) seen.value = { top, height: clientHeight };
    if (scrollHeight - scrollTop - clientHeight < loadAheadPx) void list.loadMore();
  }

  useEffect(() => {
    const element = box.current;
    const row = element?.querySelector("li.row");
    const head = element?.querySelector("h2");
    if (!row || !head) return;
    const measured = { row: row.getBoundingClientRect().height, head: head.getBoundingClientRect().height };
    if (measured.row !== heights.value?.row || measured.head !== heights.value.head) heights.value = measured;
    look();
  }, [days]);

  const isLong = chat.conversations.value.length > fewRows;
  const shown = windowOf(days, isLong ? heights.value : null, seen.value);
  const writing = runningTurn(chat) !== null ? chat.current.value?.id : undefined;
  const empty = chat.isArchive.value ? "Nothing is archived." : "What you ask is kept here.";
  return (
    <div
      ref={box}
      class="list"
      tabIndex={0}
      role="region"
      aria-label={chat.isArchive.value ? "List of archived conversations" : "List of conversations"}
      onScroll={look}
    >
      {days.length === 0 && <p class="empty">{empty}</p>}
      <Gap heightPx={shown.beforePx} />
      {shown.days.map(({ name, beforePx, rows, afterPx }, index) => [
        <h2 id={`group-${index}`} key={name}>{name}</h2>,
        <ul aria-labelledby={`group-${index}`} key={`${name}-list`}>
          {beforePx > 0 && <li key="before" aria-hidden="true" style={{ height: `${beforePx}px` }} />}
          {rows.map((conversation) => (
            <Row
              key={conversation.id}
              model={model}
              conversation={conversation}
              isWriting={conversation.id === writing}
              onMenu={onMenu}
            />
          ))}
          {afterPx > 0 && <li key="after" aria-hidden="true" style={{ height: `${afterPx}px` }} />}
        </ul>,
      ])}
      <Gap heightPx={shown.afterPx} />
    </div>
  );
}

/** Stands where rows would. */
function Gap({ heightPx }: { heightPx: number }): JSX.Element | null {
  return heightPx > 0 ? <div aria-hidden="true" style={{ height: `${heightPx}px` }} /> : null;
}

function Row(
  { model, conversation, isWriting, onMenu }: Props & { conversation: WireConversation; isWriting: boolean },
): JSX.Element {
  const { chat } = model;
  const title = conversation.title ?? "New conversation";
  const picked = chat.picked.value;
  if (picked) {
    return (
      <li class="row">
        <label>
          <input
            type="checkbox"
            checked={picked.has(conversation.id)}
            onChange={({ currentTarget }) => {
              const next = new Set(picked);
              if (currentTarget.checked) next.add(conversation.id);
              else next.delete(conversation.id);
              chat.picked.value = next;
            }}
          />
          <span class="t">{title}</span>
        </label>
      </li>
    );
  }
  const isCurrent = conversation.id === chat.current.value?.id;
  return (
    <li class="row">
      <a href={`/c/${conversation.id}`} {...(isCurrent ? { "aria-current": "page" } : {})}>
        <PlaceMark platform={conversation.platform} />
        <span class="t">{title}</span>
        {isWriting && <span class="live" role="img" aria-label="Writing" />}
      </a>
      <button
        type="button"
        class="ico small"
        aria-label={`More for “${title}”`}
        aria-haspopup="menu"
        onClick={({ currentTarget }) => onMenu(conversation, currentTarget)}
      >
        <MoreIcon />
      </button>
    </li>
  );
}
