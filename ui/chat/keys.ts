/** Single keys for what is done often; they work only outside fields. */
import { copyText } from "../parts/copy_button.tsx";
import type { ChatModel } from "./chat_page_model.ts";
import { runningTurn } from "./chat_state.ts";

/** n new · / write · Esc stop, then leave · c copy · r ask again · w why · m model · j k turn down and up · ? settings */
export function listenToKeys(model: ChatModel): void {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") return onEscape(model);
    if (isField(event.target) || !model.chat.preferences.hasSingleKeys.value) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act(model);
  });
}

const keys: Readonly<Record<string, (model: ChatModel) => void>> = {
  n: () => location.assign("/"),
  "/": () => document.getElementById("message")?.focus(),
  m: () => document.querySelector<HTMLElement>("[popovertarget=models]")?.click(),
  c: ({ chat }) => {
    const message = chat.messages.value.find(({ id }) => id === chosenAnswer()?.dataset.message);
    if (message) {
      void copyText(message.text).then((isCopied) => {
        chat.status.value = isCopied ? "Answer copied." : "The browser does not allow copying.";
      });
    }
  },
  r: ({ turns }) => {
    const turnId = chosenAnswer()?.dataset.turn;
    if (turnId) turns.regenerate(turnId, null);
  },
  w: () => {
    const why = chosenAnswer()?.querySelector<HTMLDetailsElement>("details.why");
    if (why) why.open = !why.open;
  },
  "?": ({ chat }) => void (chat.dialog.value = "settings"),
  j: () => step(1),
  k: () => step(-1),
};

function onEscape(model: ChatModel): void {
  if (document.querySelector(":popover-open")) return;
  const running = runningTurn(model.chat);
  if (running !== null) return model.turns.stop(running);
  if (isField(document.activeElement) && document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** The answer that has the focus, else the last one that has ended. */
function chosenAnswer(): HTMLElement | undefined {
  const focused = document.activeElement?.closest<HTMLElement>("article.answer:not(.running)");
  return focused ?? [...document.querySelectorAll<HTMLElement>("article.answer:not(.running)")].at(-1);
}

function step(by: 1 | -1): void {
  const turns = [...document.querySelectorAll<HTMLElement>("article.turn")];
  const at = turns.findIndex((turn) => turn.contains(document.activeElement));
  const to = at < 0 ? turns.length - 1 : Math.max(0, Math.min(turns.length - 1, at + by));
  const turn = turns[to];
  if (!turn) return;
  turn.tabIndex = -1;
  turn.focus({ preventScroll: true });
  turn.scrollIntoView({ block: "nearest" });
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select, [role=option]"));
}
