/** The next answer to be made, taken in turns: from the workspace that has the fewest at work, so none waits for another's crowd. */
import type { Sql } from "../sql/sql.ts";
import type { ClaimedRow, ClaimOptions } from "../sql/turn_claims.ts";

/**
 * Within a workspace the oldest that is first in its conversation. The list of workspaces is read by jumping from one
 * to the next in an index, so it costs as many looks as workspaces wait, however many turns there are.
 */
export async function claimFairly(sql: Sql, { owner, leaseMs }: ClaimOptions): Promise<ClaimedRow | undefined> {
  return await sql.get<ClaimedRow>`
    with recursive waiting (workspace) as (
      select min(workspace_id) from turns where state = 'queued' and kind = 'answer'
      union all
      select (select min(n.workspace_id) from turns n
        where n.state = 'queued' and n.kind = 'answer' and n.workspace_id > w.workspace)
      from waiting w where w.workspace is not null
    ), ranked as (
      select w.workspace,
        (select count(*) from turns r
          where r.state = 'running' and r.kind = 'answer' and r.workspace_id = w.workspace) as running,
        (select min(o.id) from turns o
          where o.state = 'queued' and o.kind = 'answer' and o.workspace_id = w.workspace) as oldest
      from waiting w where w.workspace is not null
      order by 2, 3
    ), next as (
      select x.id from ranked cross join lateral (
        select t.id from turns t
        where t.workspace_id = ranked.workspace and t.state = 'queued' and t.kind = 'answer'
          and t.not_before <= now_ms() and not exists (
            select 1 from turns e where e.conversation_id = t.conversation_id and e.kind = 'answer'
              and e.number < t.number and e.state in ('queued', 'running'))
        order by t.id limit 1 ${sql.skipLocked}) x
      limit 1
    )
    update turns set state = 'running', owner = ${owner}, lease_until = now_ms() + ${leaseMs},
      attempt = attempt + 1, tries = tries + 1
    where id = (select id from next)
    returning workspace_id as workspace, id as turn, attempt, kind, variant as through, conversation_id as conversation, platform,
      question_id as question, person_id as person, model, shown, created_at as "acceptedAt"`;
}
