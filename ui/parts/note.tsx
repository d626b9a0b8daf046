/** One thing said to the person, with what can be done about it; and the chance to undo a deletion. */
import type { JSX } from "preact";
import type { ChatModel } from "../chat/chat_page_model.ts";
import type { Undo } from "../chat/chat_state.ts";
import { Icon } from "./icons.tsx";

export function Notes({ model }: { model: ChatModel }): JSX.Element | null {
  const { chat, list } = model;
  const note = chat.note.value;
  if (note) {
    return (
      <div class={`note ${note.tone}`} role="alert">
        <Icon name="warn" />
        <div>
          <strong>{note.title}</strong>
          <p>{note.detail}</p>
        </div>
        <div class="acts">
          {note.actions.map(({ label, run }) => (
            <button key={label} type="button" class="btn small" onClick={run}>{label}</button>
          ))}
          {note.actions.length === 0 && (
            <button
              type="button"
              class="ico small"
              aria-label="Close"
              onClick={() => void (chat.note.value = null)}
            >
              <Icon name="cross" />
            </button>
          )}
        </div>
      </div>
    );
  }
  const undo = chat.undo.value;
  if (!undo) return null;
  return (
    <div class="note" role="status">
      <Icon name={undo.deed === "deleted" ? "bin" : "tray"} />
      <div>
        <strong>{undoneWords(undo)}</strong>
        <p>This can be undone for 30 seconds.</p>
      </div>
      <div class="acts">
        <button type="button" class="btn small" onClick={list.undo}>Undo</button>
      </div>
    </div>
  );
}

/** "“Boats” is archived.", "12 conversations are deleted." */
function undoneWords({ deed, conversations }: Undo): string {
  const did = deed === "unarchived" ? "back in the list" : deed;
  const [only] = conversations;
  return conversations.length === 1 && only
    ? `“${only.title ?? "New conversation"}” is ${did}.`
    : `${conversations.length} conversations are ${did}.`;
}
