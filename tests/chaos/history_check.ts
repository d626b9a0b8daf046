/** The states that every turn went through, replayed from the audit that triggers wrote in the same transactions. */
import type { World } from "./world.ts";

const legal: ReadonlySet<string> = new Set([
  ...["new>queued", "queued>running", "queued>stopped", "queued>failed", "running>done", "running>stopped"],
  ...["running>failed", "running>queued", "running>interrupted", "interrupted>queued", "interrupted>stopped"],
  "interrupted>failed",
]);

interface Step {
  readonly turn: string;
  readonly conversation: string;
  readonly kind: string;
  readonly number: number;
  readonly before: string | null;
  readonly after: string;
}

export async function historyCheck({ query, violate, count }: World): Promise<void> {
  const conversations = new Map<string, Map<string, { number: number; state: string }>>();
  for (
    const { turn, conversation, kind, number, before, after } of await query<Step>(`
      select turn_id as turn, conversation_id as conversation, kind, number, old_state as before, new_state as after
      from audit order by id`)
  ) {
    const step = `${before ?? "new"}>${after}`;
    if (!legal.has(step)) violate(`no turn may go ${step}: ${turn}`);
    if (kind !== "answer") continue;
    const turns = conversations.get(conversation) ?? new Map<string, { number: number; state: string }>();
    conversations.set(conversation, turns);
    if (after === "running") {
      count("claims");
      for (const [id, other] of turns) {
        if (id === turn) continue;
        if (other.state === "running") violate(`two answers at once in ${conversation}`);
        if (other.state === "queued" && other.number < number) {
          violate(`not in order in ${conversation}: ${number} before ${other.number}`);
        }
      }
    }
    turns.set(turn, { number, state: after });
  }
}
