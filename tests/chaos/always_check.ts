/** What must be true at every moment, also right after a kill. */
import type { World } from "./world.ts";

/** The invoices are read first, so the ledger may only be ahead of them. */
export async function alwaysCheck({ query, violate, count, invoices }: World): Promise<void> {
  const billed = invoices();
  const calls = await query<{ id: string; workspace: string; state: string; reserved: number; cost: number | null }>(`
    select turn_id || '.' || attempt || '.' || call as id, workspace_id as workspace, state,
      reserved_micro_usd as reserved, cost_micro_usd as cost from ledger`);
  const byId = new Map(calls.map((call) => [call.id, call]));
  for (const [id, cost] of billed) {
    const call = byId.get(id);
    const booked = call?.state === "reserved" ? call.reserved : call?.cost ?? 0;
    if (!call) violate(`billed but not in the ledger: ${id}`);
    else if (cost > booked) violate(`the ledger understates ${id}: ${cost} > ${booked}, ${call.state}`);
  }
  count("checks");
}

/** The same of the tables among themselves, in one snapshot. */
export async function tablesCheck({ query, violate }: World): Promise<void> {
  const wrong = await query<{ what: string; id: string }>(`
    with sums (workspace, spent, reserved) as (
      select workspace_id, coalesce(sum(case when state <> 'reserved' then cost_micro_usd end), 0),
        coalesce(sum(case when state = 'reserved' then reserved_micro_usd end), 0) from ledger group by workspace_id)
    select 'overspent' as what, workspace_id as id from budgets
      where spent_micro_usd + reserved_micro_usd > limit_micro_usd
    union all select 'the budget is not the sum of its ledger', b.workspace_id from budgets b
      left join sums s on s.workspace = b.workspace_id
      where b.spent_micro_usd <> coalesce(s.spent, 0) or b.reserved_micro_usd <> coalesce(s.reserved, 0)
    union all select 'two answers at once', conversation_id from turns
      where state = 'running' and kind = 'answer' group by conversation_id having count(*) > 1
    union all select 'a question without a turn', m.id from messages m
      where m.role = 'user' and not exists (select 1 from turns t where t.question_id = m.id and t.kind = 'answer')
    union all select 'an answer without a turn', m.id from messages m
      where m.role = 'assistant' and not exists (select 1 from turns t where t.answer_id = m.id and t.id = m.external_id)
    union all select 'ended without a text', t.id from turns t join messages m on m.id = t.answer_id
      where t.state in ('done', 'failed', 'stopped') and m.text is null
    union all select 'a text before the end', t.id from turns t join messages m on m.id = t.answer_id
      where t.state in ('queued', 'running', 'interrupted') and m.text is not null
    union all select 'a place that leads nowhere', p.place from places p
      where not exists (select 1 from conversations c where c.id = p.conversation_id)
    union all select 'a conversation nobody has spoken in', c.id from conversations c
      where not exists (select 1 from messages m where m.conversation_id = c.id)
    union all select 'a reservation whose turn is at rest', l.turn_id from ledger l join turns t on t.id = l.turn_id
      where l.state = 'reserved' and t.state <> 'running'`);
  for (const { what, id } of wrong) violate(`${what}: ${id}`);
}
