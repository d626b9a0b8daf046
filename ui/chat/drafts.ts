/** What was written and not sent: kept in the browser, for each conversation. */
import type { Outgoing } from "./chat_state.ts";

const draftPrefix = "draft:";
const outboxKey = "outbox:";
const mostDrafts = 50;

/** `conversation` null: the new one. Empty when there is none. */
export function loadDraft(conversation: string | null): string {
  return localStorage.getItem(draftPrefix + (conversation ?? "new")) ?? "";
}

export function saveDraft(conversation: string | null, text: string): void {
  const key = draftPrefix + (conversation ?? "new");
  if (text === "") return localStorage.removeItem(key);
  const keys = Object.keys(localStorage).filter((name) => name.startsWith(draftPrefix) && name !== key);
  for (const old of keys.slice(0, Math.max(0, keys.length - mostDrafts + 1))) localStorage.removeItem(old);
  write(localStorage, key, text);
}

/** A day later the server has forgotten the key of a message, so that only the person can say whether it goes out. */
const oldestMs = 20 * 3_600_000;

/** What was sent but not accepted lives with its tab: after a refresh it is sent again, under the same key. */
export function loadOutbox(conversation: string | null): readonly Outgoing[] {
  const stored = sessionStorage.getItem(outboxKey + (conversation ?? "new"));
  if (stored === null) return [];
  const outbox: Outgoing[] = JSON.parse(stored);
  return outbox.map((item) =>
    item.state !== "refused" && Date.parse(item.createdAt) < Date.now() - oldestMs
      ? { ...item, state: "refused", problem: "This has waited for a day." }
      : item
  );
}

export function saveOutbox(conversation: string | null, outbox: readonly Outgoing[]): void {
  const key = outboxKey + (conversation ?? "new");
  if (outbox.length === 0) sessionStorage.removeItem(key);
  else write(sessionStorage, key, JSON.stringify(outbox));
}

/** A full storage costs a draft, not the page. */
function write(storage: Storage, key: string, value: string): void {
  try {
    storage.setItem(key, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
