/** The side: all conversations by day, each with its small menu; a drawer where there is no room. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { WireConversation } from "../../server/domain/wire.ts";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { DataButton } from "../data/data_door.tsx";
import { downloadConversation } from "../data/take_out.ts";
import { ConversationRows } from "./conversation_rows.tsx";
import { Icon, Mark } from "./icons.tsx";
import { ThemeButton } from "./theme_button.tsx";

export function Side({ model }: { model: ChatModel }): JSX.Element {
  const { chat } = model;
  const menuFor = useSignal<WireConversation | null>(null);

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
          closeDrawer();
          chat.dialog.value = "search";
        }}
      >
        <Icon name="search" small />
        <span>Search everything</span>
        <kbd class="ltr">Ctrl K</kbd>
      </button>
      <ConversationRows
        model={model}
        onMenu={(conversation, button) => {
          menuFor.value = conversation;
          document.getElementById("row-menu")?.showPopover({ source: button });
        }}
      />
      <RowMenu model={model} conversation={menuFor.value} />
      {chat.picked.value && <PickBar model={model} picked={chat.picked.value} />}
      <div class="foot">
        <button
          type="button"
          aria-pressed={chat.isArchive.value}
          onClick={() => void model.list.showArchive(!chat.isArchive.value)}
        >
          <Icon name="tray" small />
          <span class="t">Archive</span>
        </button>
        <button
          type="button"
          onClick={() => {
            closeDrawer();
            chat.dialog.value = "settings";
          }}
        >
          <Icon name="sliders" small />
          <span class="t">Settings</span>
        </button>
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
          <DataButton model={model} />
          <ThemeButton />
        </div>
      </div>
    </nav>
  );
}

/** It would stay above the dialog. */
function closeDrawer(): void {
  document.querySelector<HTMLElement>("#side:popover-open")?.hidePopover();
}

/** What can be done with the conversations that were picked. */
function PickBar({ model, picked }: { model: ChatModel; picked: ReadonlySet<string> }): JSX.Element {
  const { chat, list } = model;
  const conversations = () => chat.conversations.value.filter(({ id }) => picked.has(id));
  const isArchive = chat.isArchive.value;
  return (
    <div class="picks" role="group" aria-label="Chosen conversations">
      <span class="num" role="status">{picked.size} chosen</span>
      <span class="gap" />
      <button
        type="button"
        class="ico small"
        aria-label={isArchive ? "Bring back" : "Archive"}
        title={isArchive ? "Bring back" : "Archive"}
        disabled={picked.size === 0}
        onClick={() => list.archive(conversations(), !isArchive)}
      >
        <Icon name="tray" />
      </button>
      <button
        type="button"
        class="ico small"
        aria-label="Delete"
        title="Delete"
        disabled={picked.size === 0}
        onClick={() => list.remove(conversations())}
      >
        <Icon name="bin" />
      </button>
      <button type="button" class="btn plain small" onClick={() => void (chat.picked.value = null)}>Done</button>
    </div>
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
      <button
        type="button"
        role="menuitem"
        onClick={run((item) => void (model.chat.picked.value = new Set([item.id])))}
      >
        <Icon name="check" small />Choose
      </button>
      <button type="button" role="menuitem" onClick={run((item) => model.list.archive([item], !item.archived))}>
        <Icon name="tray" small />
        {conversation?.archived ? "Bring back" : "Archive"}
      </button>
      <button type="button" role="menuitem" onClick={run(({ id }) => downloadConversation(id, "markdown"))}>
        <Icon name="download" small />Save as Markdown
      </button>
      <button type="button" role="menuitem" onClick={run(({ id }) => downloadConversation(id, "json"))}>
        <Icon name="download" small />Save as JSON
      </button>
      <button type="button" role="menuitem" class="bad" onClick={run((item) => model.list.remove([item]))}>
        <Icon name="bin" small />Delete
      </button>
    </div>
  );
}
