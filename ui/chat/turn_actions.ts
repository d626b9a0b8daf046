/** What can be done to a turn: stop it, go on with it, ask again, choose another branch, choose the model. */
import type { WireConversation, WireModel } from "../../server/domain/wire.ts";
import { ApiError, callJson } from "../net/api.ts";
import { type ChatState, modelName } from "./chat_state.ts";
import type { Connection } from "./connection.ts";
import type { Thread } from "./thread.ts";

export interface TurnActions {
  stop(turnId: string): void;
  continueTurn(turnId: string): void;
  /** `model` null: the one that is chosen in the conversation. */
  regenerate(turnId: string, model: string | null): void;
  activate(messageId: string): void;
  /** Null: the default. */
  chooseModel(model: string | null): void;
}

export function createTurnActions(
  chat: ChatState,
  links: { connection: Connection; thread: Thread; onChange: () => void },
): TurnActions {
  /** Runs one call, then shows what the store has. A refusal becomes a note; `consented` repeats it with a yes. */
  async function run(call: () => Promise<unknown>, consented?: () => void): Promise<void> {
    try {
      await call();
      chat.note.value = null;
    } catch (error) {
      if (links.connection.lost(error)) return;
      if (!(error instanceof ApiError)) throw error;
      chat.note.value = error.code === "consent_required" && consented
        ? consentNote(chat, consented)
        : { tone: "bad", title: error.message, detail: "Nothing was changed.", actions: [] };
    }
    await links.thread.reconcile();
    links.onChange();
  }

  function regenerate(turnId: string, model: string | null, allowOutside: boolean): void {
    const body = { ...(model ? { model } : {}), ...(allowOutside ? { allow_outside: true } : {}) };
    void run(
      () => callJson(`/api/turns/${turnId}/regenerate`, { method: "POST", body }),
      () => regenerate(turnId, model, true),
    );
  }

  function chooseModel(model: string | null, allowOutside: boolean): void {
    const current = chat.current.value;
    if (!current) {
      chat.chosenModel.value = model;
      return;
    }
    const body = { model, ...(allowOutside ? { allow_outside: true } : {}) };
    void run(
      async () => {
        chat.current.value = await callJson<WireConversation>(`/api/conversations/${current.id}`, {
          method: "PATCH",
          body,
        });
      },
      () => chooseModel(model, true),
    );
  }

  return {
    stop(turnId) {
      const live = chat.live.value.get(turnId);
      if (live) live.value = { ...live.value, isStopping: true };
      void run(() => callJson(`/api/turns/${turnId}/stop`, { method: "POST" }));
    },
    continueTurn: (turnId) => void run(() => callJson(`/api/turns/${turnId}/continue`, { method: "POST" })),
    // asked again, the model that is chosen now answers, not the one that did then
    regenerate: (turnId, model) => regenerate(turnId, model ?? chat.current.value?.model ?? null, false),
    activate: (messageId) => void run(() => callJson(`/api/messages/${messageId}/activate`, { method: "POST" })),
    chooseModel: (model) => chooseModel(model, false),
  };
}

function consentNote(chat: ChatState, consented: () => void) {
  return {
    tone: "warn" as const,
    title: "This conversation has stayed on this machine.",
    detail: "That model runs elsewhere: everything said here so far would be sent to it.",
    actions: [
      { label: "Send it there", run: consented },
      { label: "Keep it here", run: () => void (chat.note.value = null) },
    ],
  };
}

/** Another model to ask when one has failed: one on this machine first, never the one that failed. */
export function otherModel(models: readonly WireModel[], failed: string | null): WireModel | undefined {
  const others = models.filter(({ id }) => id !== failed && !id.startsWith("guide/"));
  return others.find(({ local }) => local) ?? others[0];
}

/** "GPT-4o mini", or what takes its place while nothing is known. */
export function shownModel(chat: ChatState, ref: string | null): string {
  return ref === null ? "Default model" : modelName(chat.models, ref);
}
