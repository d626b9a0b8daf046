/** An own message on its way: being sent, waiting for the connection, or refused with the reason. */
import type { JSX } from "preact";
import { FileList } from "../attach/file_list.tsx";
import type { ChatModel } from "../chat/chat_page_model.ts";
import type { Outgoing } from "../chat/chat_state.ts";
import { timeOfDay } from "../text/format.ts";
import { Icon, PlaceMark } from "./icons.tsx";

export function OutgoingTurn(
  { model, outgoing, onEdit }: { model: ChatModel; outgoing: Outgoing; onEdit: (text: string) => void },
): JSX.Element {
  const { chat, thread, attached } = model;
  const when = outgoing.state === "sending" ? timeOfDay(outgoing.createdAt, chat.clock.value) : "not sent yet";
  const edit = async () => {
    const { text, files } = await thread.discard(outgoing.key);
    onEdit(text);
    attached.add(files);
  };
  return (
    <article class="turn person" aria-label={`You, ${when}`}>
      <span class="stop">
        <PlaceMark platform="web" hidden />
      </span>
      <p class="by">
        <b>You</b>
        <span class="num">{when}</span>
      </p>
      <div class="say">
        {outgoing.text && <p class="raw" dir="auto">{outgoing.text}</p>}
        <FileList message={null} files={outgoing.files} />
      </div>
      {outgoing.state === "waiting" && (
        <p class="end">
          <span class="line">
            <span>Waits for the connection</span>
            <span>
              <button type="button" class="link" onClick={() => void edit()}>Edit</button>
            </span>
            <span>
              <button type="button" class="link" onClick={() => void thread.discard(outgoing.key)}>Discard</button>
            </span>
          </span>
        </p>
      )}
      {outgoing.state === "refused" && (
        <div class="end">
          <div class="note bad stack" role="alert">
            <Icon name="warn" />
            <div>
              <strong>{outgoing.problem}</strong>
              <p>Your message was not sent.</p>
            </div>
            <div class="acts">
              <button type="button" class="btn prime small" onClick={() => thread.sendAgain(outgoing.key)}>
                <Icon name="again" small />Try again
              </button>
              <button type="button" class="btn small" onClick={() => void edit()}>Edit</button>
              <button type="button" class="btn plain small" onClick={() => void thread.discard(outgoing.key)}>
                Discard
              </button>
            </div>
          </div>
        </div>
      )}
    </article>
  );
}
