/** The chat page: side, bar, thread and composer. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { Bar } from "../parts/bar.tsx";
import { Composer } from "../parts/composer.tsx";
import { Hello } from "../parts/hello.tsx";
import { Notes } from "../parts/note.tsx";
import { PaletteDoor } from "../parts/palette_door.tsx";
import { OfflineBanner } from "../parts/offline_banner.tsx";
import { RenameDialog } from "../parts/rename_dialog.tsx";
import { Side } from "../parts/side.tsx";
import { ThreadView } from "../parts/thread_view.tsx";

export function ChatPage({ model }: { model: ChatModel }): JSX.Element {
  const { chat } = model;
  const text = useSignal("");
  const isSearching = useSignal(false);
  const isEmpty = chat.current.value === null && chat.outbox.value.length === 0;
  const composer = <Composer key="composer" model={model} text={text} />;
  return (
    <>
      <a class="skip" href="#main">Skip to conversation</a>
      <Side model={model} onSearch={() => void (isSearching.value = true)} />
      <main class="main" id="main" tabIndex={-1}>
        <div>
          <Bar model={model} />
          <OfflineBanner model={model} />
        </div>
        {isEmpty
          ? (
            <Hello model={model}>
              <Notes model={model} />
              {composer}
            </Hello>
          )
          : (
            <>
              <ThreadView model={model} onEdit={(words) => void (text.value = words)} />
              <div class="dock">
                <Notes model={model} />
                {composer}
                <small>
                  <span>
                    <kbd>Enter</kbd> sends
                  </span>
                  <span>
                    <kbd>Shift Enter</kbd> new line
                  </span>
                  <span>
                    <kbd>Esc</kbd> stops
                  </span>
                </small>
              </div>
            </>
          )}
        <p class="hush" role="status">{chat.status.value}</p>
      </main>
      <RenameDialog model={model} />
      <PaletteDoor
        model={model}
        isOpen={isSearching}
        onAsk={(words) => {
          text.value = words;
          document.getElementById("message")?.focus();
        }}
      />
    </>
  );
}
