/** Opens the dialog of import and export, and fetches it when it is first wanted; an import goes on while it is closed. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { Icon } from "../parts/icons.tsx";
import type { ImportRun } from "./import_run.ts";

interface Loaded {
  readonly DataDialog: typeof import("./data_dialog.tsx").DataDialog;
  readonly run: ImportRun;
}

export function DataDoor({ model }: { model: ChatModel }): JSX.Element | null {
  const { isDataOpen } = model;
  const loaded = useSignal<Loaded | null>(null);
  useEffect(() => {
    if (!isDataOpen.value || loaded.value) return;
    Promise.all([import("./data_dialog.tsx"), import("./import_run.ts")]).then(
      ([{ DataDialog }, { createImportRun }]) => {
        loaded.value = {
          DataDialog,
          run: createImportRun(() => void model.list.showArchive(model.chat.isArchive.value)),
        };
      },
      () => {
        isDataOpen.value = false;
        model.connection.tryNow();
      },
    );
  }, [isDataOpen.value]);
  if (!isDataOpen.value || !loaded.value) return null;
  const { DataDialog, run } = loaded.value;
  return <DataDialog run={run} onClose={() => void (isDataOpen.value = false)} />;
}

export function DataButton({ model }: { model: ChatModel }): JSX.Element {
  return (
    <button
      type="button"
      class="ico small"
      aria-label="Import and export"
      title="Import and export"
      onClick={() => void (model.isDataOpen.value = true)}
    >
      <Icon name="download" />
    </button>
  );
}
