/** Assembles the chat engine over a store, the connected models and the platforms. */
import { type EventBus, isShared } from "../domain/bus.ts";
import { ChatError } from "../domain/error.ts";
import { newId } from "../domain/id.ts";
import type { Platform } from "../domain/platform.ts";
import type { Store } from "../domain/store.ts";
import type { EndPolicy } from "../domain/turn.ts";
import { attach } from "./attach.ts";
import type { Engine } from "./engine.ts";
import { openHints } from "./hints.ts";
import { type ModelOptions, openModels } from "./models.ts";
import { relay } from "./relay.ts";
import { run } from "./run.ts";
import { split } from "./split.ts";

export interface EngineOptions extends ModelOptions {
  readonly store: Store;
  /** Carries hints to other processes on the same store; left out: the store's own, if it has one. */
  readonly bus?: EventBus;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly maxAnswers: number;
  readonly maxBackground: number;
  readonly maxPosts: number;
  /** How long a turn stays with a process that does not answer. */
  readonly leaseMs: number;
  /** The operator's words about who the assistant is; the day is added. */
  readonly systemPrompt: string;
  readonly report: (error: unknown) => void;
}

const maxTries = 5;
const maxPostAttempts = 25;
const failureNotice = "No answer could be made, though it was tried several times";

export function openEngine(options: EngineOptions): Engine {
  const { store, platforms, systemPrompt } = options;
  const hints = openHints(options.bus ?? (isShared(store) ? store.bus : undefined));
  const models = openModels(options);
  const owner = newId();
  const policy: EndPolicy = {
    maxTries,
    failureNotice,
    render: (name, text) => {
      const platform = platforms.get(name);
      return platform ? split(platform.render(text), platform.maxTextLength) : [];
    },
    continuesByItself: (name) => platforms.has(name),
  };
  const isOutside = async (model: string | null) => model !== null && await models.isOutside(model);

  function wake(turn: string) {
    hints.tell(turn);
    hints.tell("queued");
  }

  return {
    async receive(incoming, viewer) {
      if (incoming.author.isBot) throw new ChatError("forbidden", "Cannot take this message: it was written by a bot");
      const asksOutside = await isOutside(incoming.model);
      const receipt = await store.turns.accept({ ...incoming, text: cleaned(incoming.text) }, { viewer, asksOutside });
      if (receipt.isNew) hints.tell("queued");
      return receipt;
    },
    attach: (viewer, turn, from, signal) => attach({ store, hints }, { viewer, turn, from }, signal),
    async turn(viewer, turn) {
      const snapshot = await store.turns.read(viewer, turn, {
        text: Number.MAX_SAFE_INTEGER,
        reasoning: Number.MAX_SAFE_INTEGER,
      });
      if (!snapshot) throw new ChatError("not_found", `Cannot find turn "${turn}": there is none that you can see`);
      return snapshot.turn;
    },
    async stop(viewer, turn) {
      const state = await store.turns.stop(viewer, turn, policy);
      wake(turn);
      return state;
    },
    async continue(viewer, turn) {
      const changed = await store.turns.continue(viewer, turn);
      if (changed) wake(turn);
      return changed;
    },
    async regenerate(viewer, turn, { model, allowOutside }) {
      const asksOutside = await isOutside(model);
      const receipt = await store.turns.regenerate(viewer, turn, { model, asksOutside, allowOutside });
      hints.tell("queued");
      return receipt;
    },
    async chooseModel(viewer, id, { model, allowOutside }) {
      const conversation = await store.conversations.get(viewer, id);
      if (conversation.reach === "local" && !allowOutside && await isOutside(model)) {
        throw new ChatError(
          "consent_required",
          `Cannot use model "${model}" here: this conversation was held on this machine only, so it takes your yes ("allow_outside": true)`,
        );
      }
      return await store.conversations.update(viewer, id, { model, ...allowOutside ? { allowOutside } : {} });
    },
    models: async (signal) => (await models.states(signal)).flatMap(({ models }) => models),
    providers: async (signal) => (await models.states(signal)).map(({ state }) => state),
    defaultModel: async () => (await models.choose(null, null, AbortSignal.timeout(5000))).ref,
    relay: (caller, request, signal, ending) =>
      relay({ ledger: store.ledger, models, owner }, caller, { request, signal, ...ending && { ending } }),
    run: (draining, signal) =>
      run(
        {
          ...options,
          ...{ hints, models, policy, owner, maxPostAttempts },
          system: () => `${systemPrompt}\nToday is ${new Date().toISOString().slice(0, 10)}.`,
        },
        draining,
        signal,
      ),
  };
}

/** Without what databases refuse: NULs and halves of characters. A repeat of the message is cleaned the same way. */
function cleaned(text: string): string {
  return text.replaceAll("\0", "\ufffd").toWellFormed();
}
