/** The side: all conversations by day, each with its small menu; a drawer where there is no room. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { WireConversation } from "../../server/domain/wire.ts";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { runningTurn } from "../chat/chat_state.ts";
import { type Clock, dayName } from "../text/format.ts";
import { Icon, Mark, MoreIcon, PlaceMark } from "./icons.tsx";
import { ThemeButton } from "./theme_button.tsx";

export function Side({ model, onSearch }: { model: ChatModel; onSearch: () => void }): JSX.Element {
  const { chat, list } = model;
  const menuFor = useSignal<WireConversation | null>(null);
  const groups = byDay(chat.conversations.value, chat.clock.value);
  const writing = runningTurn(chat) !== null;

  function onScroll({ currentTarget }: { currentTarget: HTMLElement }): void {
    const { scrollTop, scrollHeight, clientHeight } = currentTarget;
    if (scrollHeight - scrollTop - clientHeight < 400) void list.loadMore();
  }

  return (
    <nav class="side" id="side" popover="auto" aria-label="Conversations">
      <div class="top">
        <a class="logo" href="/">
          <Mark />
          <span>WhisperEngine</span>
        </a>
        <a class="ico" href="/" aria-label="New conversation" title="New conversation (n)">
          <Icon name="plus" />
        </a>
      </div>
      <button
        type="button"
        class="find"
        aria-keyshortcuts="Control+K Meta+K"
        onClick={() => {
          // in a drawer it would stay above what is found
          document.querySelector<HTMLElement>("#side:popover-open")?.hidePopover();
          onSearch();
        }}
      >
        <Icon name="search" small />
        <span>Search everything</span>
        <kbd class="ltr">Ctrl K</kbd>
      </button>
      <div class="list" tabIndex={0} role="region" aria-label="List of conversations" onScroll={onScroll}>
        {groups.length === 0 && <p class="empty">What you ask is kept here.</p>}
        {groups.map(({ name, conversations }, index) => [
          <h2 id={`group-${index}`} key={name}>{name}</h2>,
          <ul aria-labelledby={`group-${index}`} key={`${name}-list`}>
            {conversations.map((conversation) => (
              <Row
                key={conversation.id}
                conversation={conversation}
                isCurrent={conversation.id === chat.current.value?.id}
                isWriting={writing && conversation.id === chat.current.value?.id}
                onMenu={(button) => {
                  menuFor.value = conversation;
                  document.getElementById("row-menu")?.showPopover({ source: button });
                }}
              />
            ))}
          </ul>,
        ])}
      </div>
      <RowMenu model={model} conversation={menuFor.value} />
      <div class="foot">
        <div class="me">
          <span class="grow">
            <small>WhisperEngine {chat.version}</small>
          </span>
          {chat.signedIn && (
            <button
              type="button"
              class="ico small"
              aria-label="Sign out"
              title="Sign out"
              onClick={() => void model.signOut()}
            >
              <Icon name="out" />
            </button>
          )}
          <ThemeButton />
        </div>
      </div>
    </nav>
  );
}

function Row(
  { conversation, isCurrent, isWriting, onMenu }: {
    conversation: WireConversation;
    isCurrent: boolean;
    isWriting: boolean;
    onMenu: (button: HTMLElement) => void;
  },
): JSX.Element {
  const title = conversation.title ?? "New conversation";
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
        onClick={({ currentTarget }) => onMenu(currentTarget)}
      >
        <MoreIcon />
      </button>
    </li>
  );
}

/** One menu for all rows; the browser puts it beside the button that opened it and gives the focus back. */
function RowMenu({ model, conversation }: { model: ChatModel; conversation: WireConversation | null }): JSX.Element {
  const menu = useRef<HTMLDivElement>(null);
  const run = (action: (conversation: WireConversation) => void) => () => {
    menu.current?.hidePopover();
    if (conversation) action(conversation);
  };
  return (
    <div
      ref={menu}
      class="menu row-menu"
      id="row-menu"
      popover="auto"
      role="menu"
      aria-label="Conversation"
      onToggle={(event) => event.newState === "open" && menu.current?.querySelector("button")?.focus()}
      onKeyDown={(event) => {
        const items = [...menu.current?.querySelectorAll("button") ?? []];
        const at = items.findIndex((item) => item === document.activeElement);
        const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        items[(to + items.length) % items.length]?.focus();
      }}
    >
      <button type="button" role="menuitem" onClick={run((item) => void (model.chat.renaming.value = item))}>
        <Icon name="pencil" small />Rename
      </button>
      <button type="button" role="menuitem" onClick={run((item) => model.list.pin(item, !item.pinned))}>
        <Icon name="pin" small />
        {conversation?.pinned ? "Unpin" : "Pin"}
      </button>
      <button type="button" role="menuitem" class="bad" onClick={run(model.list.remove)}>
        <Icon name="bin" small />Delete
      </button>
    </div>
  );
}

interface Group {
  readonly name: string;
  readonly conversations: WireConversation[];
}

function byDay(conversations: readonly WireConversation[], clock: Clock): Group[] {
  const groups: Group[] = [];
  for (const conversation of conversations) {
    const name = conversation.pinned ? "Pinned" : dayName(conversation.updated_at, clock);
    const group = groups.find((known) => known.name === name);
    if (group) group.conversations.push(conversation);
    else groups.push({ name, conversations: [conversation] });
  }
  return groups;
}
