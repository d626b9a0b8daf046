/** Where the next message is written: it grows with it, keeps it when the page goes, and stops the running answer. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { AttachButton, AttachedFiles, DropArea } from "../attach/attach_bar.tsx";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { runningTurn } from "../chat/chat_state.ts";
import { loadDraft, saveDraft } from "../chat/drafts.ts";
import { Icon, StopIcon } from "./icons.tsx";
import { ModelPicker } from "./model_picker.tsx";

/** `text` is what is written, so that others can put something there. */
export function Composer({ model, text }: { model: ChatModel; text: Signal<string> }): JSX.Element {
  const { chat, thread, attached } = model;
  const field = useRef<HTMLTextAreaElement>(null);
  const running = runningTurn(chat);
  const conversation = chat.current.value?.id ?? null;
  const isReady = useSignal(false);

  useEffect(() => {
    // what was typed before the page came alive counts more than the draft
    text.value = field.current?.value || text.value || loadDraft(conversation);
    isReady.value = true;
    if (matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, []);

  useEffect(() => {
    if (!isReady.value) return;
    const timer = setTimeout(() => saveDraft(conversation, text.value), 200);
    const saveNow = () => saveDraft(conversation, text.value);
    addEventListener("pagehide", saveNow);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", saveNow);
    };
  }, [text.value, conversation]);

  useEffect(() => {
    const element = field.current;
    if (!element || CSS.supports("field-sizing", "content")) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text.value]);

  function send(): void {
    const message = text.value.trim();
    if (message === "" && attached.files.value.length === 0) return;
    saveDraft(conversation, "");
    text.value = "";
    thread.post(message, null, attached.take());
    field.current?.focus();
  }

  const words = chat.isOffline.value
    ? "Write now, sent when back online"
    : running
    ? "Add to this, or ask the next thing"
    : "Message WhisperEngine";
  const isEmpty = text.value.trim() === "" && attached.files.value.length === 0;
  return (
    <form
      class="composer"
      aria-label="Message"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <DropArea attached={attached} />
      <AttachedFiles attached={attached} />
      <textarea
        ref={field}
        id="message"
        name="message"
        rows={1}
        aria-label={words}
        placeholder={words}
        value={text.value}
        onPaste={(event) => {
          const files = event.clipboardData?.files;
          // what is copied from a page or an office program comes as text and as a picture of it: text is meant
          if (!files?.length || event.clipboardData?.types.includes("text/plain")) return;
          event.preventDefault();
          attached.add(files);
        }}
        onInput={(event) => void (text.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          // while an input method composes, Enter picks a word (229: Safari says so only here)
          const isComposing = event.isComposing || event.keyCode === 229;
          const isSending = chat.preferences.enterSends.value ? !event.shiftKey : event.ctrlKey || event.metaKey;
          if (event.key === "Enter" && isSending && !isComposing) {
            event.preventDefault();
            send();
          } else if (event.key === "ArrowUp" && isEmpty) {
            const own = chat.messages.value.findLast(({ role }) => role === "user");
            if (own) {
              event.preventDefault();
              chat.editing.value = own.id;
            }
          }
        }}
      />
      <div class="tools">
        <AttachButton attached={attached} />
        <ModelPicker model={model} />
        <span class="gap" />
        {running !== null && (
          <button
            type="button"
            class="go stop"
            aria-label="Stop writing"
            title="Stop writing (Esc)"
            onClick={() => {
              model.turns.stop(running);
              field.current?.focus();
            }}
          >
            <StopIcon />
          </button>
        )}
        {(running === null || !isEmpty) && (
          <button type="submit" class="go" aria-label="Send" title="Send (Enter)" disabled={isEmpty}>
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  );
}
