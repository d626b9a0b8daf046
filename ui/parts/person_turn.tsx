/** What a person said, with the chance to write it anew. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { WireMessage } from "../../server/domain/wire.ts";
import { FileList } from "../attach/file_list.tsx";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { notStored } from "../chat/chat_state.ts";
import { timeOfDay } from "../text/format.ts";
import { CopyButton } from "./copy_button.tsx";
import { Icon, PlaceMark } from "./icons.tsx";
import { Variants } from "./variants.tsx";

export function PersonTurn({ model, message }: { model: ChatModel; message: WireMessage }): JSX.Element {
  const { chat } = model;
  const author = message.author ?? "You";
  const time = timeOfDay(message.created_at, chat.clock.value);
  return (
    <article class="turn person" aria-label={`${author}, ${time}`} data-message={message.id}>
      <h2 class="hush">{author}, {time}</h2>
      <span class="stop">
        <PlaceMark platform={chat.current.value?.platform ?? "web"} hidden />
      </span>
      <p class="by">
        <b>{author}</b>
        <span class="num">{time}</span>
        <span class="gap" />
        <Variants model={model} message={message} />
        <span class="acts">
          <CopyButton text={message.text} title="Copy message" />
          <button
            type="button"
            class="ico small"
            aria-label="Edit message"
            title="Edit message"
            onClick={() => void (chat.editing.value = message.id)}
          >
            <Icon name="pencil" />
          </button>
        </span>
      </p>
      {chat.editing.value === message.id ? <Editor model={model} message={message} /> : (
        <div class="say">
          {message.text && <p class="raw" dir="auto">{message.text}</p>}
          <FileList
            message={message.id.startsWith(notStored) ? null : message.id}
            files={message.attachments}
          />
        </div>
      )}
    </article>
  );
}

function Editor({ model, message }: { model: ChatModel; message: WireMessage }): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(message.text.length, message.text.length);
  }, []);
  const close = () => {
    model.chat.editing.value = null;
    document.querySelector<HTMLElement>(`[data-message="${message.id}"] [aria-label="Edit message"]`)?.focus();
  };
  const save = () => {
    const text = field.current?.value.trim() ?? "";
    if (text === "" || text === message.text) return close();
    model.chat.editing.value = null;
    model.thread.post(text, message);
    document.querySelector<HTMLElement>(".composer textarea")?.focus();
  };
  return (
    <form
      class="edit"
      aria-label="Edit message"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <textarea
        ref={field}
        class="in"
        rows={2}
        aria-label="Your message"
        defaultValue={message.text}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.stopPropagation();
            close();
          }
          if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            save();
          }
        }}
      />
      <div class="acts">
        <button type="submit" class="btn prime small">Send again</button>
        <button type="button" class="btn plain small" onClick={close}>Leave as it was</button>
        <small>The earlier version and its answers stay: you can switch between them.</small>
      </div>
    </form>
  );
}
