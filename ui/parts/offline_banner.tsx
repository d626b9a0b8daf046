/** Says that the server cannot be reached, and what becomes of what is written now. */
import type { JSX } from "preact";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { Icon } from "./icons.tsx";

export function OfflineBanner({ model }: { model: ChatModel }): JSX.Element | null {
  if (!model.chat.isOffline.value) return null;
  return (
    <div class="ban" role="status">
      <Icon name="noNet" small />
      <span>
        <b>No connection.</b> Keep writing; it goes out when the server is back.
      </span>
      <button type="button" class="btn small" onClick={model.connection.tryNow}>Try now</button>
    </div>
  );
}
