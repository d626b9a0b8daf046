/** Chooses which model answers: its name, where it runs, how much it can read and what it costs. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { WireModel } from "../../server/domain/wire.ts";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { nextModel } from "../chat/chat_state.ts";
import { shownModel } from "../chat/turn_actions.ts";
import { contextSize } from "../text/format.ts";
import { Icon } from "./icons.tsx";

export function ModelPicker({ model }: { model: ChatModel }): JSX.Element | null {
  const { chat } = model;
  const menu = useRef<HTMLDivElement>(null);
  if (chat.models.length === 0) return null;
  const chosen = nextModel(chat);

  function choose(id: string): void {
    menu.current?.hidePopover();
    if (id !== chosen) model.turns.chooseModel(id);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const options = [...menu.current?.querySelectorAll<HTMLElement>("[role=option]") ?? []];
    const at = options.findIndex((option) => option === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: options.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    options[Math.max(0, Math.min(options.length - 1, to))]?.focus();
  }

  return (
    <>
      <button
        type="button"
        class="pick"
        popovertarget="models"
        aria-haspopup="listbox"
        aria-label={`Model: ${shownModel(chat, chosen)}`}
        title="Model (m)"
      >
        <Icon name="gauge" />
        <span>{shownModel(chat, chosen)}</span>
        <Icon name="down" />
      </button>
      <div
        ref={menu}
        class="menu models"
        id="models"
        popover="auto"
        role="listbox"
        aria-label="Model"
        onKeyDown={onKeyDown}
        onToggle={(event) => {
          if (event.newState === "open") menu.current?.querySelector<HTMLElement>("[aria-selected=true]")?.focus();
        }}
      >
        {chat.models.map((entry) => (
          <div
            key={entry.id}
            role="option"
            aria-selected={entry.id === chosen}
            tabIndex={entry.id === chosen ? 0 : -1}
            onClick={() => choose(entry.id)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              choose(entry.id);
            }}
          >
            <span>
              {entry.name} {entry.id === chosen && <Icon name="check" small />}
            </span>
            <span class="num">{priceWords(entry)}</span>
            <small>{aboutWords(entry)}</small>
          </div>
        ))}
      </div>
    </>
  );
}

function priceWords({ price, local }: WireModel): string {
  if (local || price?.input === 0 && price.output === 0) return "free";
  return price ? `${rate(price.input)} in, ${rate(price.output)} out` : "price not known";
}

function aboutWords(model: WireModel): string {
  const provider = model.id.slice(0, model.id.indexOf("/"));
  const place = model.local ? "On this machine" : `By ${provider}, outside this machine`;
  const context = model.context_tokens === null ? "" : ` ${contextSize(model.context_tokens)} context.`;
  const perMillion = model.price && !model.local && model.price.input > 0 ? " Prices are per million tokens." : "";
  return `${place}.${context}${perMillion}`;
}

/** "$0.15", "$3", "$0.075" */
function rate(usd: number): string {
  const digits = Number.isInteger(usd) ? 0 : 2;
  return `$${usd.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: 4 })}`;
}
