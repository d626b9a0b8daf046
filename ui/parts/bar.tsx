/** The bar above the thread: what this conversation is, and what can be done with it. */
import type { JSX } from "preact";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { dollars } from "../text/format.ts";
import { Icon, PlaceMark, placeName } from "./icons.tsx";

export function Bar({ model }: { model: ChatModel }): JSX.Element {
  const { chat } = model;
  const current = chat.current.value;
  const costUsd = chat.messages.value.reduce((sum, { cost_usd }) => sum + (cost_usd ?? 0), 0);
  // with older messages still unread the sum would be too small to be shown as one
  const isWhole = chat.olderCursor.value === null && costUsd > 0;
  return (
    <header class="bar">
      <button type="button" class="ico open" popovertarget="side" aria-label="Conversations">
        <Icon name="menu" />
      </button>
      <div class="name">
        {current && (
          <>
            <h1>{current.title ?? "New conversation"}</h1>
            <p>
              <PlaceMark platform={current.platform} hidden />
              {current.platform === "web" ? "here" : `began in ${placeName(current.platform)}`}
              {current.reach === "local" && (
                <>
                  <span aria-hidden="true">·</span> stays on this machine
                </>
              )}
              {isWhole && (
                <>
                  <span aria-hidden="true">·</span> <span class="num">{dollars(costUsd)}</span>
                </>
              )}
            </p>
          </>
        )}
      </div>
      {current && (
        <>
          <button
            type="button"
            class="ico"
            aria-label="Pin"
            aria-pressed={current.pinned}
            title={current.pinned ? "Unpin" : "Pin"}
            onClick={() => model.list.pin(current, !current.pinned)}
          >
            <Icon name="pin" />
          </button>
          <button
            type="button"
            class="ico"
            aria-label="Rename"
            title="Rename"
            onClick={() => void (chat.renaming.value = current)}
          >
            <Icon name="pencil" />
          </button>
          <button
            type="button"
            class="ico"
            aria-label="Delete conversation"
            title="Delete conversation"
            onClick={() => model.list.remove([current])}
          >
            <Icon name="bin" />
          </button>
        </>
      )}
    </header>
  );
}
