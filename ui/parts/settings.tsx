/** The settings: how it looks, which keys do what, and who can answer. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ChatModel } from "../chat/chat_page_model.ts";
import { setPreference } from "../chat/preferences.ts";
import { ApiError, callJson } from "../net/api.ts";
import { count } from "../text/format.ts";
import { Icon } from "./icons.tsx";
import { chosenTheme, setTheme, type Theme } from "./theme_button.tsx";

interface Provider {
  readonly name: string;
  readonly local: boolean;
  readonly host: string | null;
  /** Null: it answers. */
  readonly problem: string | null;
  readonly models: number;
}

/** Each key with what it does. */
const singleKeys: readonly (readonly [string, string])[] = [
  ["n", "New conversation"],
  ["/", "To the message field"],
  ["j", "Next turn"],
  ["k", "Turn before"],
  ["w", "Why an answer is as it is"],
  ["c", "Copy the answer"],
  ["r", "Ask again"],
  ["m", "Choose the model"],
];

export function Settings({ model, onClose }: { model: ChatModel; onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog settings"
      aria-labelledby="settings-title"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <header>
        <h2 id="settings-title">Settings</h2>
        <button
          type="button"
          class="ico"
          aria-label="Close"
          title="Close (Esc)"
          onClick={() => dialog.current?.close()}
        >
          <Icon name="cross" />
        </button>
      </header>
      <div class="sections" tabIndex={0} role="region" aria-label="Settings">
        <Appearance />
        <Keyboard model={model} />
        <Models model={model} />
      </div>
    </dialog>
  );
}

function Appearance(): JSX.Element {
  const theme = useSignal<Theme>(chosenTheme());
  const choices: readonly [Theme, string][] = [["system", "As the system"], ["light", "Light"], ["dark", "Dark"]];
  return (
    <section aria-labelledby="appearance">
      <h3 id="appearance">Appearance</h3>
      <div class="segs" role="group" aria-labelledby="appearance">
        {choices.map(([name, words]) => (
          <button
            key={name}
            type="button"
            aria-pressed={theme.value === name}
            onClick={() => {
              setTheme(name);
              theme.value = name;
            }}
          >
            {words}
          </button>
        ))}
      </div>
    </section>
  );
}

function Keyboard({ model }: { model: ChatModel }): JSX.Element {
  const { preferences } = model.chat;
  const enterSends = preferences.enterSends.value;
  const always: readonly (readonly [string, string])[] = [
    ["Ctrl K", "Search and commands"],
    enterSends ? ["Enter", "Send"] : ["Ctrl Enter", "Send"],
    enterSends ? ["Shift Enter", "New line"] : ["Enter", "New line"],
    ["↑", "In an empty field: edit your last message"],
    ["Esc", "Stop writing, then leave the field"],
  ];
  return (
    <section aria-labelledby="keyboard">
      <h3 id="keyboard">Keyboard</h3>
      <Switch
        words="Enter sends"
        about="Off: Enter begins a new line, and Ctrl Enter sends."
        isOn={enterSends}
        onChange={(isOn) => setPreference(preferences, "enterSends", isOn)}
      />
      <Switch
        words="Single keys"
        about="Letters that do something outside of fields. Switch them off if you dictate or use other key commands."
        isOn={preferences.hasSingleKeys.value}
        onChange={(isOn) => setPreference(preferences, "hasSingleKeys", isOn)}
      />
      <dl class="key-list">
        {[...always, ...(preferences.hasSingleKeys.value ? [...singleKeys, ["?", "These settings"] as const] : [])].map(
          ([key, does]) => (
            <div key={key}>
              <dt>
                <kbd class="ltr">{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ),
        )}
      </dl>
    </section>
  );
}

function Switch(
  { words, about, isOn, onChange }: {
    words: string;
    about: string;
    isOn: boolean;
    onChange: (isOn: boolean) => void;
  },
): JSX.Element {
  return (
    <label class="choice">
      <span>
        {words}
        <small>{about}</small>
      </span>
      <input
        type="checkbox"
        role="switch"
        class="switch"
        checked={isOn}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
    </label>
  );
}

/** Who can answer, where it is, and how it is. */
function Models({ model }: { model: ChatModel }): JSX.Element {
  const providers = useSignal<readonly Provider[] | null>(null);
  const problem = useSignal<string | null>(null);
  useEffect(() => void read(), []);

  async function read(): Promise<void> {
    try {
      providers.value = (await callJson<{ providers: readonly Provider[] }>("/api/providers")).providers;
      problem.value = null;
    } catch (error) {
      if (error instanceof ApiError) problem.value = error.message;
      else if (model.connection.lost(error)) problem.value = "No connection to the server.";
      else throw error;
    }
  }

  const shown = (providers.value ?? []).filter(({ name }) => name !== "guide");
  return (
    <section aria-labelledby="models-title">
      <h3 id="models-title">Models</h3>
      {problem.value && <p class="dimmer" role="alert">{problem.value}</p>}
      {providers.value === null && !problem.value && <p class="dimmer">Asking each of them</p>}
      {providers.value !== null && shown.length === 0 && (
        <p class="dimmer">None is connected. Ask anything, and the guide says how to connect one.</p>
      )}
      <ul class="rows">
        {shown.map((provider) => (
          <li key={provider.name} class="provider">
            <b>{provider.name}</b>
            <span class={provider.problem === null ? "tag ok" : "tag bad"}>
              {provider.problem === null ? count(provider.models, "model") : "does not answer"}
            </span>
            <small>
              {provider.local ? "On this machine" : "Outside this machine"}
              {provider.host !== null && (
                <>
                  , <span class="ltr">{provider.host}</span>
                </>
              )}
            </small>
            {provider.problem !== null && <small class="problem">{provider.problem}</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}
