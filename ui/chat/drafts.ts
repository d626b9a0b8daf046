/** What was written and not sent: kept in the browser, for each conversation. */
import type { Outgoing } from "./chat_state.ts";

const draftPrefix = "draft:";
const outboxKey = "outbox:";
const mostDrafts = 50;

/** `conversation` null: the new one. Empty when there is none. */
export function loadDraft(conversation: string | null): string {
  return read(localStorage, draftPrefix + (conversation ?? "new")) ?? "";
}

export function saveDraft(conversation: string | null, text: string): void {
  const key = draftPrefix + (conversation ?? "new");
  if (text === "") return localStorage.removeItem(key);
  const keys = Object.keys(localStorage).filter((name) => name.startsWith(draftPrefix) && name !== key);
  for (const old of keys.slice(0, Math.max(0, keys.length - mostDrafts + 1))) localStorage.removeItem(old);
  write(localStorage, key, text);
}

/**
 * What was sent but not accepted yet lives with its tab, so that a refresh sends it again under the same key. After
 * a day the server forgets keys, so older ones are given back as drafts only.
 */
export function loadOutbox(conversation: string | null): readonly Outgoing[] {
  const stored = read(sessionStorage, outboxKey + (conversation ?? "new"));
  if (stored === null) return [];
  const outbox: Outgoing[] = JSON.parse(stored);
  const oldest = Date.now() - 20 * 3_600_000;
  return outbox.filter(({ createdAt, state }) => state !== "refused" && Date.parse(createdAt) > oldest);
}

export function saveOutbox(conversation: string | null, outbox: readonly Outgoing[]): void {
  const key = outboxKey + (conversation ?? "new");
  if (outbox.length === 0) sessionStorage.removeItem(key);
  else write(sessionStorage, key, JSON.stringify(outbox));
}

function read(storage: Storage, key: string): string | null {
  return storage.getItem(key);
}

/** A full storage costs a draft, not the page. */
function write(storage: Storage, key: string, value: string): void {
  try {
    storage.setItem(key, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
