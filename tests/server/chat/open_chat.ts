/** A store, an engine at work on it, and one person who talks. */
import { open } from "../../../adapters/stores/sqlite/open.ts";
import type { Engine } from "../../../server/chat/engine.ts";
import type { EngineOptions } from "../../../server/chat/open_engine.ts";
import type { Incoming } from "../../../server/domain/message.ts";
import type { ModelEvent, ModelInfo, ModelProvider, Prompt } from "../../../server/domain/model.ts";
import type { Store } from "../../../server/domain/store.ts";
import type { Turn } from "../../../server/domain/turn.ts";
import { dataFolder } from "../../adapters/stores/sqlite/data_folder.ts";
import { incoming } from "../../contracts/chat_on_store.ts";
import { engineOn, everyone, listen } from "../../contracts/turns_world.ts";
import { scriptedInfo } from "../../fakes/scripted_provider.ts";

export interface Chat extends AsyncDisposable {
  readonly store: Store;
  readonly engine: Engine;
  readonly failures: readonly unknown[];
  /** Stops the engine as the program's end does; the store stays open. */
  stop(): Promise<void>;
  /** Says something and waits until it has come to rest. */
  say(text: string, over?: Partial<Incoming>): Promise<{ conversation: string; turn: Turn; text: string }>;
}

export async function openChat(over: Partial<EngineOptions> = {}): Promise<Chat> {
  const folder = await dataFolder();
  const store = await open({ file: folder.file });
  const working = engineOn(store, over);
  const { engine, failures } = working;
  return {
    ...{ store, engine, failures },
    async stop() {
      await working[Symbol.asyncDispose]();
    },
    async say(text, over = {}) {
      const { conversation, turn } = await engine.receive(incoming(text, over), everyone);
      const said = await listen(engine, turn!);
      return { conversation, turn: await engine.turn(everyone, turn!), text: said };
    },
    async [Symbol.asyncDispose]() {
      await working[Symbol.asyncDispose]();
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** A model that answers as `speak` says. */
export function providerThat(
  speak: (prompt: Prompt, signal: AbortSignal) => AsyncIterable<ModelEvent> | Iterable<ModelEvent>,
  { name = "test", isLocal = false, info = {} }: { name?: string; isLocal?: boolean; info?: Partial<ModelInfo> } = {},
): ModelProvider {
  return {
    ...{ name, isLocal, host: "127.0.0.1:1" },
    async *generate(prompt, signal) {
      yield* speak(prompt, signal);
    },
    models: async () => [{ ...scriptedInfo, ...info }],
  };
}
