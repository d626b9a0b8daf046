/** Small conversations on a real store: what people say, and what is answered, by way of the turn store. */
import type { Incoming, Receipt } from "../../server/domain/message.ts";
import type { Store } from "../../server/domain/store.ts";
import type { Ending, EndPolicy, Viewer } from "../../server/domain/turn.ts";

export const everything: Viewer = { workspace: "w", person: null };

export const policy: EndPolicy = {
  maxTries: 3,
  failureNotice: "That did not work",
  render: (_platform, text) => [text],
  continuesByItself: () => false,
};

/** A message of Ann's on the web, unless `over` says otherwise. */
export function incoming(text: string, over: Partial<Incoming> = {}): Incoming {
  return {
    workspace: "w",
    platform: "web",
    externalId: crypto.randomUUID(),
    author: { identity: "local", name: "Ann", isBot: false },
    text,
    attachments: [],
    addressed: true,
    place: null,
    conversation: null,
    replaces: null,
    model: null,
    allowOutside: false,
    ...over,
  };
}

export async function ask(store: Store, text: string, over: Partial<Incoming> = {}): Promise<Receipt> {
  return await store.turns.accept(incoming(text, over), { viewer: null, asksOutside: false });
}

/** Answers every turn that waits. */
export async function answerAll(store: Store, text = "an answer", ending: Partial<Ending> = {}): Promise<void> {
  for (;;) {
    const claim = await store.turns.claim({ owner: "test", leaseMs: 60_000, background: false });
    if (!claim) return;
    await store.turns.finish(claim, { state: "done", text, ...ending }, [], policy);
  }
}

/** A question and its answer; resolves with the question's receipt. */
export async function talk(
  store: Store,
  question: string,
  answer: string,
  over: Partial<Incoming> = {},
): Promise<Receipt> {
  const receipt = await ask(store, question, over);
  await answerAll(store, answer);
  return receipt;
}

/** The person behind an identity that has spoken. */
export async function viewerOf(store: Store, identity: string): Promise<Viewer> {
  return { workspace: "w", person: await store.people.find("w", identity, identity) };
}
