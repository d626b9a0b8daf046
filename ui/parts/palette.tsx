/** Search and commands in one place: conversations, messages and actions, chosen with arrows and Enter. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { WireConversation, WireSearchHit } from "../../server/domain/wire.ts";
import { actionsOf } from "../chat/actions.ts";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { newest } from "../chat/chat_state.ts";
import { createSearch, matches, wordsIn } from "../chat/find.ts";
import { jumpTo, messageAddress } from "../chat/jump.ts";
import { dayName, timeOfDay } from "../text/format.ts";
import { Icon, PlaceMark } from "./icons.tsx";

type Kind = "Everything" | "Conversations" | "Messages" | "Actions";
const kinds: readonly Kind[] = ["Everything", "Conversations", "Messages", "Actions"];
const mostRecent = 7;
const mostTitles = 5;

interface Option {
  readonly key: string;
  readonly icon: JSX.Element;
  readonly title: ComponentChildren;
  readonly beside: ComponentChildren;
  readonly excerpt?: ComponentChildren;
  readonly run: () => void;
}

interface Group {
  readonly kind: Exclude<Kind, "Everything">;
  readonly name: string;
  readonly options: readonly Option[];
}

interface Props {
  readonly model: ChatModel;
  readonly onClose: () => void;
  /** The words are to be asked instead of looked for. */
  readonly onAsk: (words: string) => void;
}

export function Palette({ model, onClose, onAsk }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const search = useMemo(() => createSearch(model), []);
  const kind = useSignal<Kind>("Everything");
  const at = useSignal(0);
  const query = search.query.value;

  useEffect(() => {
    dialog.current?.showModal();
    return search.close;
  }, []);

  const groups = groupsOf(model, query, search.hits.value);
  const shown = groups.filter((group) => kind.value === "Everything" || group.kind === kind.value);
  const isMissing = query.trim() !== "" && search.answered.value === query.trim() &&
    shown.every(({ options }) => options.length === 0);
  const ask: Option = {
    key: "ask",
    icon: <Icon name="speech" small />,
    title: `Ask this instead: “${query.trim()}”`,
    beside: null,
    run: () => onAsk(query.trim()),
  };
  const options = isMissing ? [ask] : shown.flatMap((group) => group.options);
  const chosen = Math.min(at.value, options.length - 1);

  useEffect(() => {
    document.getElementById(`hit-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  function run(option: Option | undefined): void {
    if (!option) return;
    dialog.current?.close();
    option.run();
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const last = options.length - 1;
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1 }[event.key];
    if (to !== undefined && last >= 0) {
      at.value = to > last ? 0 : to < 0 ? last : to;
      event.preventDefault();
    } else if (event.key === "Enter" && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      run(options[chosen]);
    }
  }

  let index = -1;
  const draw = (option: Option) => {
    index += 1;
    const mine = index;
    return (
      <div
        key={option.key}
        role="option"
        id={`hit-${mine}`}
        aria-selected={mine === chosen}
        onPointerMove={() => void (at.value = mine)}
        onClick={() => run(option)}
      >
        {option.icon}
        <span class="t">{option.title}</span>
        <small>{mine === chosen ? <kbd>Enter</kbd> : option.beside}</small>
        {option.excerpt && <span class="x">{option.excerpt}</span>}
      </div>
    );
  };

  return (
    <dialog
      ref={dialog}
      class="palette"
      aria-label="Search everything"
      onClose={onClose}
      onKeyDown={onKeyDown}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <div class="ask">
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="hits"
          aria-autocomplete="list"
          {...(chosen >= 0 ? { "aria-activedescendant": `hit-${chosen}` } : {})}
          aria-label="Search everything"
          placeholder="Search everything"
          autocomplete="off"
          spellcheck={false}
          autofocus
          value={query}
          onInput={(event) => {
            at.value = 0;
            search.ask(event.currentTarget.value);
          }}
        />
        <button type="button" onClick={() => dialog.current?.close()}>
          <kbd>Esc</kbd>
          <span class="hush">closes</span>
        </button>
      </div>
      <div class="kinds" role="group" aria-label="Limit to">
        {kinds.map((name) => {
          const count = groups.filter((group) => group.kind === name).flatMap((group) => group.options).length;
          return (
            <button
              key={name}
              type="button"
              aria-pressed={kind.value === name}
              onClick={() => {
                kind.value = name;
                at.value = 0;
              }}
            >
              {name} {name !== "Everything" && query.trim() !== "" && <small>{count}</small>}
            </button>
          );
        })}
      </div>
      <div class="hits" role="listbox" id="hits" aria-label="Results" tabIndex={0}>
        {shown.map((group) =>
          group.options.length > 0 && (
            <div key={group.name} role="group" aria-label={group.name}>
              <h3 role="presentation">{group.name}</h3>
              {group.options.map(draw)}
            </div>
          )
        )}
        {isMissing && (
          <div role="group" aria-label="Nothing found">
            <h3 role="presentation">{search.problem.value ?? "Nothing here has these words"}</h3>
            {draw(ask)}
          </div>
        )}
      </div>
      <footer>
        <span class="keys">
          <kbd>↑</kbd>
          <kbd>↓</kbd>choose
        </span>
        <span class="keys">
          <kbd>Enter</kbd>open
        </span>
        <span class="gap" />
        <span class="dim" role="status">
          {query.trim() === "" ? "Words are found in every message" : isMissing ? "Nothing found" : ""}
        </span>
      </footer>
    </dialog>
  );
}

function groupsOf(model: ChatModel, query: string, hits: readonly WireSearchHit[]): Group[] {
  const { chat } = model;
  const isEmpty = query.trim() === "";
  const all = chat.conversations.value;
  const conversations = isEmpty
    ? newest(all, mostRecent)
    : all.filter(({ title }) => matches(title ?? "New conversation", query)).slice(0, mostTitles);
  const actions = actionsOf(model).filter(({ words }) => isEmpty || matches(words, query));
  return [
    {
      kind: "Conversations",
      name: isEmpty ? "Recent" : "Conversations",
      options: conversations.map((conversation) => conversationOption(model, conversation, query)),
    },
    { kind: "Messages", name: "Messages", options: hits.map((hit) => hitOption(model, hit)) },
    {
      kind: "Actions",
      name: "Actions",
      options: actions.map(({ id, icon, words, key, run }) => ({
        key: `action-${id}`,
        icon: <Icon name={icon} small />,
        title: marked(words, wordsIn(words, query)),
        beside: key && <kbd>{key}</kbd>,
        run,
      })),
    },
  ];
}

function conversationOption({ chat }: ChatModel, conversation: WireConversation, query: string): Option {
  const title = conversation.title ?? "New conversation";
  return {
    key: conversation.id,
    icon: <PlaceMark platform={conversation.platform} />,
    title: marked(title, wordsIn(title, query)),
    beside: when(chat, conversation.updated_at),
    run: () => location.assign(`/c/${conversation.id}`),
  };
}

function hitOption(model: ChatModel, hit: WireSearchHit): Option {
  const { chat } = model;
  return {
    key: hit.message_id,
    icon: <Icon name={hit.role === "user" ? "pencil" : "speech"} small />,
    title: hit.title ?? "New conversation",
    beside: when(chat, hit.created_at),
    excerpt: marked(hit.excerpt, hit.highlights),
    run: () => {
      if (hit.conversation_id === chat.current.value?.id) void jumpTo(model, hit.message_id);
      else location.assign(messageAddress(hit.conversation_id, hit.message_id));
    },
  };
}

function when({ clock }: ChatModel["chat"], iso: string): string {
  const day = dayName(iso, clock.value);
  return day === "Today" ? timeOfDay(iso, clock.value) : day;
}

function marked(text: string, places: readonly (readonly [number, number])[]): ComponentChildren {
  const pieces: ComponentChildren[] = [];
  let done = 0;
  for (const [start, end] of places) {
    pieces.push(text.slice(done, start), <mark key={start}>{text.slice(start, end)}</mark>);
    done = end;
  }
  return [...pieces, text.slice(done)];
}
