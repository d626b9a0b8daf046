/** The chat page: side, bar, thread and composer. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { DataDoor } from "../data/data_door.tsx";
import { Bar } from "../parts/bar.tsx";
import { Composer } from "../parts/composer.tsx";
import { Hello } from "../parts/hello.tsx";
import { Notes } from "../parts/note.tsx";
import { Dialogs } from "../parts/dialogs.tsx";
import { OfflineBanner } from "../parts/offline_banner.tsx";
import { RenameDialog } from "../parts/rename_dialog.tsx";
import { Side } from "../parts/side.tsx";
import { ThreadView } from "../parts/thread_view.tsx";

export function ChatPage({ model }: { model: ChatModel }): JSX.Element {
  const { chat } = model;
  const text = useSignal("");
  const isEmpty = chat.current.value === null && chat.outbox.value.length === 0;
  const enterSends = chat.preferences.enterSends.value;
  const composer = <Composer key="composer" model={model} text={text} />;
  return (
    <>
      <a class="skip" href="#main">Skip to conversation</a>
      <Side model={model} />
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
                    <kbd>{enterSends ? "Enter" : "Ctrl Enter"}</kbd> sends
                  </span>
                  <span>
                    <kbd>{enterSends ? "Shift Enter" : "Enter"}</kbd> new line
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
      <DataDoor model={model} />
      <Dialogs model={model} text={text} />
    </>
  );
}
