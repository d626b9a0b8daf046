/** Switches between the versions of a message: ‹ 2/3 ›. */
import type { JSX } from "preact";
import type { WireMessage } from "../../server/domain/wire.ts";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { Icon } from "./icons.tsx";

export function Variants({ model, message }: { model: ChatModel; message: WireMessage }): JSX.Element | null {
  const { variants } = message;
  const at = variants.indexOf(message.id);
  if (variants.length < 2 || at < 0) return null;
  const go = (step: 1 | -1) => {
    const id = variants[at + step];
    if (id !== undefined) model.turns.activate(id);
  };
  return (
    <span class="variants" role="group" aria-label="Versions">
      <button type="button" class="ico small" aria-label="Earlier version" disabled={at === 0} onClick={() => go(-1)}>
        <Icon name="left" />
      </button>
      <span class="num">{at + 1}/{variants.length}</span>
      <button
        type="button"
        class="ico small"
        aria-label="Later version"
        disabled={at === variants.length - 1}
        onClick={() => go(1)}
      >
        <Icon name="right" />
      </button>
    </span>
  );
}
