/** A piece of an answer as one statement: fence, lease and text together, in half the round trips. */
import type { Chunk, Claim } from "../../../server/domain/turn.ts";
import type { Database } from "../sql/sql.ts";
import { leaseLost } from "../sql/turn_claims.ts";

/** What it promises is told at `TurnStore`. */
export async function append(
  database: Database,
  { workspace, turn, attempt }: Claim,
  { channel, position, text }: Chunk,
  leaseMs: number,
): Promise<boolean> {
  const after = position + text.length;
  const isText = channel === "text" ? 1 : 0;
  const row = await database.transaction((sql) =>
    sql.get<{ stop: number }>`
      with owned as (
        update turns set shown = case when ${isText} = 1 then ${after} else shown end,
          lease_until = now_ms() + ${leaseMs}
        where id = ${turn} and attempt = ${attempt} and state = 'running'
          and (${isText} = 0 or shown in (${position}, ${after}))
        returning stop_requested as stop
      ), stored as (
        insert into turn_chunks (workspace_id, turn_id, channel, position, text)
        select ${workspace}, ${turn}, ${channel}, ${position}, ${text} from owned on conflict do nothing
      )
      select stop from owned`, { isOneStatement: true });
  if (!row) throw leaseLost(turn);
  return row.stop === 1;
}
