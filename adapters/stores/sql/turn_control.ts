/** What people and the watch over leases do to a turn: stop it, let it go on, take it back from the lost. */
import { ChatError } from "../../../server/domain/error.ts";
import type { EndPolicy, TurnState, Viewer } from "../../../server/domain/turn.ts";
import { expire } from "./ledger.ts";
import type { Database } from "./sql.ts";
import { letGo } from "./turn_claims.ts";
import { end, shownSoFar } from "./turn_end.ts";

export async function stop(database: Database, viewer: Viewer, turn: string, policy: EndPolicy): Promise<TurnState> {
  return await database.transaction(async (sql) => {
    const row = await sql.get<{ state: TurnState; attempt: number }>`
      update turns set stop_requested = 1
      where id = ${turn} and workspace_id = ${viewer.workspace} and exists (
        select 1 from conversations c where c.id = turns.conversation_id
          and c.person_id = coalesce(${viewer.person}, c.person_id))
      returning state, attempt`;
    if (!row) throw new ChatError("not_found", `Cannot stop turn "${turn}": there is none that you can see`);
    const { state, attempt } = row;
    if (state !== "queued" && state !== "interrupted") return state;
    const text = await shownSoFar(sql, turn, "text");
    await end(sql, { turn, attempt, from: state, ending: { state: "stopped", text }, policy });
    return "stopped";
  });
}

export async function goOn(database: Database, viewer: Viewer, turn: string): Promise<boolean> {
  let isDone = false; // by an earlier run of the body, whose commit's answer was lost
  return await database.transaction(async (sql) => {
    const row = await sql.get<{ conversation: string; state: TurnState }>`
      select t.conversation_id as conversation, t.state from turns t join conversations c on c.id = t.conversation_id
      where t.id = ${turn} and t.workspace_id = ${viewer.workspace} and c.deleted_at is null
        and c.person_id = coalesce(${viewer.person}, c.person_id)`;
    if (!row) throw new ChatError("not_found", `Cannot continue turn "${turn}": there is none that you can see`);
    if (row.state !== "interrupted") return isDone;
    // A new number: reopened under its old one, it would break the order while later turns run.
    const next = await sql.get<{ number: number }>`
      update conversations set next_number = next_number + 1, updated_at = now_ms() where id = ${row.conversation}
      returning next_number - 1 as number`;
    const changed = await sql.run`
      update turns set state = 'queued', number = ${next!.number}, tries = 0, not_before = 0, stop_requested = 0,
        reason = null, notice = null, error_code = null, retryable = 0
      where id = ${turn} and state = 'interrupted'`;
    return isDone = changed > 0;
  });
}

export async function recover(
  database: Database,
  { owner, othersAreDead }: { owner: string; othersAreDead: boolean },
  policy: EndPolicy,
): Promise<string[]> {
  const dead = othersAreDead ? owner : null;
  const lost = await database.read.all<{ turn: string; attempt: number }>`
    select id as turn, attempt from turns where state = 'running' and (lease_until < now_ms() or owner <> ${dead})`;
  for (const { turn, attempt } of lost) {
    await database.transaction(async (sql) => {
      // Looks again under the row's lock: a renewal that came first wins.
      const isLost = await sql.run`
        update turns set tries = tries where id = ${turn} and attempt = ${attempt} and state = 'running'
          and (lease_until < now_ms() or owner <> ${dead})`;
      const why = { reason: "The program was interrupted while this was written", errorCode: "interrupted" };
      if (isLost && await letGo(sql, { turn, attempt }, why, policy)) await expire(sql, turn);
    });
  }
  return lost.map(({ turn }) => turn);
}
