/** What can be done from the palette: each with its words, its key, and what it does. */
import { downloadConversation, printConversation } from "../data/take_out.ts";
import type { IconName } from "../parts/icons.tsx";
import { toggleTheme } from "../parts/theme_button.tsx";
import type { ChatModel } from "./chat_page_model.ts";
import { nextModel } from "./chat_state.ts";

export interface Action {
  readonly id: string;
  readonly icon: IconName;
  readonly words: string;
  /** Shown beside it; null where there is none. */
  readonly key: string | null;
  readonly run: () => void;
}

export function actionsOf(model: ChatModel): Action[] {
  const { chat, list, turns } = model;
  const current = chat.current.value;
  const chosen = nextModel(chat);
  const here: Action[] = current
    ? [
      action("pin", "pin", current.pinned ? "Unpin this conversation" : "Pin this conversation", null, () =>
        list.pin(current, !current.pinned)),
      action("rename", "pencil", "Rename this conversation", null, () =>
        void (chat.renaming.value = current)),
      action("delete", "bin", "Delete this conversation", null, () =>
        list.remove([current])),
      action(
        "archive",
        "tray",
        current.archived ? "Bring this conversation back from the archive" : "Archive this conversation",
        null,
        () =>
          list.archive([current], !current.archived),
      ),
      action("markdown", "download", "Save this conversation as Markdown", null, () =>
        downloadConversation(current.id, "markdown")),
      action("json", "download", "Save this conversation as JSON", null, () =>
        downloadConversation(current.id, "json")),
      action("print", "file", "Print this conversation, or save it as PDF", null, () =>
        void printConversation(model)),
    ]
    : [];
  const models = chat.models.filter(({ id }) => id !== chosen).map(({ id, name, local }) =>
    action(
      `model-${id}`,
      "gauge",
      `Answer with ${name}${local ? ", on this machine" : ""}`,
      null,
      () => turns.chooseModel(id),
    )
  );
  return [
    action("new", "plus", "New conversation", "n", () => location.assign("/")),
    ...here,
    action(
      "archived",
      "tray",
      chat.isArchive.value ? "Show the conversations that are not archived" : "Show archived conversations",
      null,
      () => void list.showArchive(!chat.isArchive.value),
    ),
    action("settings", "sliders", "Settings and keyboard", "?", () => void (chat.dialog.value = "settings")),
    action("pick", "check", "Choose several conversations", null, () => void (chat.picked.value = new Set())),
    action(
      "data",
      "download",
      "Import from ChatGPT or Claude, export everything",
      null,
      () => void (model.isDataOpen.value = true),
    ),
    action("theme", "sun", "Switch between light and dark", null, toggleTheme),
    ...models,
    ...(chat.signedIn ? [action("out", "out", "Sign out", null, () => void model.signOut())] : []),
  ];
}

function action(id: string, icon: IconName, words: string, key: string | null, run: () => void): Action {
  return { id, icon, words, key, run };
}
