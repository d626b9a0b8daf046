/** Gives a conversation another title. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ChatModel } from "../chat/chat_page_model.ts";

export function RenameDialog({ model }: { model: ChatModel }): JSX.Element {
  const { chat, list } = model;
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const conversation = chat.renaming.value;
  useEffect(() => {
    if (!conversation || !field.current) return;
    field.current.value = conversation.title ?? "";
    dialog.current?.showModal();
    field.current.select();
  }, [conversation]);
  const save = () => {
    const title = field.current?.value.trim() ?? "";
    if (conversation && title !== "" && title !== conversation.title) list.rename(conversation, title);
    dialog.current?.close();
  };
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="rename-title"
      onClose={() => void (chat.renaming.value = null)}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <h2 id="rename-title">Rename conversation</h2>
        <div class="field">
          <label for="rename-field">Title</label>
          <input ref={field} class="in" id="rename-field" maxLength={200} autocomplete="off" />
        </div>
        <div class="acts">
          <button type="submit" class="btn prime">Rename</button>
          <button type="button" class="btn plain" onClick={() => dialog.current?.close()}>Leave as it was</button>
        </div>
      </form>
    </dialog>
  );
}
