/** Opens the palette with Ctrl K or Cmd K, and fetches it when it is first wanted. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { ChatModel } from "../chat/chat_page_model.ts";

type PalettePart = typeof import("./palette.tsx").Palette;

interface Props {
  readonly model: ChatModel;
  readonly isOpen: Signal<boolean>;
  readonly onAsk: (words: string) => void;
}

export function PaletteDoor({ model, isOpen, onAsk }: Props): JSX.Element | null {
  const part = useSignal<{ readonly Palette: PalettePart } | null>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) {
        return;
      }
      event.preventDefault();
      if (!document.querySelector("dialog[open]")) isOpen.value = true;
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, []);
  useEffect(() => {
    if (!isOpen.value || part.value) return;
    import("./palette.tsx").then(
      ({ Palette }) => void (part.value = { Palette }),
      () => {
        isOpen.value = false;
        model.connection.tryNow();
      },
    );
  }, [isOpen.value]);
  if (!isOpen.value || !part.value) return null;
  const { Palette } = part.value;
  return <Palette model={model} onClose={() => void (isOpen.value = false)} onAsk={onAsk} />;
}
