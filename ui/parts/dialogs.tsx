/** The dialogs that are fetched when they are first wanted: search with Ctrl K or Cmd K, and the settings. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ChatModel } from "../chat/chat_page_model.ts";

interface Parts {
  readonly Palette: typeof import("./palette.tsx").Palette;
  readonly Settings: typeof import("./settings.tsx").Settings;
}

/** `text` is what stands in the composer: what was looked for in vain can be asked instead. */
export function Dialogs({ model, text }: { model: ChatModel; text: Signal<string> }): JSX.Element | null {
  const { dialog } = model.chat;
  const parts = useSignal<Partial<Parts>>({});
  const wanted = dialog.value;

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) {
        return;
      }
      event.preventDefault();
      if (!document.querySelector("dialog[open]")) dialog.value = "search";
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);

  useEffect(() => {
    if (wanted === null) return;
    const loading = wanted === "search" ? import("./palette.tsx") : import("./settings.tsx");
    loading.then((part) => void (parts.value = { ...parts.value, ...part }), () => {
      // the server is away; what is offline is said by the banner
      dialog.value = null;
      model.connection.tryNow();
    });
  }, [wanted]);

  // one dialog may have opened the other before its own closing is told
  const close = (name: "search" | "settings") => () => {
    if (dialog.value === name) dialog.value = null;
  };
  const { Palette, Settings } = parts.value;
  if (wanted === "settings" && Settings) return <Settings model={model} onClose={close("settings")} />;
  if (wanted !== "search" || !Palette) return null;
  return (
    <Palette
      model={model}
      onClose={close("search")}
      onAsk={(words) => {
        text.value = words;
        document.getElementById("message")?.focus();
      }}
    />
  );
}
