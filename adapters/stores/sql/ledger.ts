/** Money in integer micro-dollars; what it promises is told at `LedgerStore`. */
import { ChatError } from "../../../server/domain/error.ts";
import type { FreeCall, LedgerStore, LedgerTotals, Reservation } from "../../../server/domain/ledger.ts";
import type { Claim, Settlement } from "../../../server/domain/turn.ts";
import type { Database, Sql } from "./sql.ts";

/** A call without a turn is written as attempt 0 of its own id. */
const freeAttempt = 0;

export function openLedgerStore(database: Database): LedgerStore {
  return {
    reserve: (claim, reservation) => database.transaction((sql) => reserve(sql, claim, reservation)),
    reserveFree: (call, reservation, options) =>
      database.transaction((sql) => reserveFree(sql, call, reservation, options)),
    settleFree: ({ id }, settlement) =>
      database.transaction((sql) => settleAll(sql, { turn: id, attempt: freeAttempt }, [settlement])),
    bookFree: (call, reservation, settlement, options) =>
      database.transaction(async (sql) => {
        await reserveFree(sql, call, reservation, options);
        await settleAll(sql, { turn: call.id, attempt: freeAttempt }, [settlement]);
      }),
    expireFree: (options) => expireFree(database, options),
    totals: (filter) => totals(database, filter),
  };
}

async function reserve(sql: Sql, claim: Claim, { call, purpose, model, microUsd }: Reservation): Promise<void> {
  const { workspace, turn, attempt, conversation, person } = claim;
  // Locks the turn, so that recovery comes wholly before (and refuses this) or wholly after (and expires it).
  const isOurs = await sql.run`
    update turns set tries = tries where id = ${turn} and attempt = ${attempt} and state = 'running'`;
  if (!isOurs) throw new ChatError("lease_lost", `Cannot reserve for turn "${turn}": another owner has it`);
  const isNew = await sql.run`
    insert into ledger (workspace_id, turn_id, attempt, call, conversation_id, person_id, purpose, model, state,
      reserved_micro_usd, created_at)
    values (${workspace}, ${turn}, ${attempt}, ${call}, ${conversation}, ${person}, ${purpose}, ${model}, 'reserved',
      ${microUsd}, now_ms()) on conflict do nothing`;
  if (isNew) await setAside(sql, workspace, microUsd);
}

async function reserveFree(
  sql: Sql,
  { workspace, id, person }: FreeCall,
  { call, purpose, model, microUsd }: Reservation,
  { owner, leaseMs }: { owner: string; leaseMs: number },
): Promise<void> {
  const isNew = await sql.run`
    insert into ledger (workspace_id, turn_id, attempt, call, person_id, purpose, model, state, reserved_micro_usd,
      owner, lease_until, created_at)
    values (${workspace}, ${id}, ${freeAttempt}, ${call}, ${person}, ${purpose}, ${model}, 'reserved', ${microUsd},
      ${owner}, now_ms() + ${leaseMs}, now_ms()) on conflict do nothing`;
  if (isNew) await setAside(sql, workspace, microUsd);
}

/** Check and change are one statement: concurrent ones queue on the row and each sees the last. */
async function setAside(sql: Sql, workspace: string, microUsd: number): Promise<void> {
  const fits = () =>
    sql.run`
    update budgets set reserved_micro_usd = reserved_micro_usd + ${microUsd}
    where workspace_id = ${workspace} and (${microUsd} = 0 or limit_micro_usd is null
      or spent_micro_usd + reserved_micro_usd + ${microUsd} <= limit_micro_usd)`;
  if (await fits()) return;
  // Without a row there is no limit yet; the row is made to count.
  await sql.run`insert into budgets (workspace_id) values (${workspace}) on conflict do nothing`;
  if (!await fits()) throw new ChatError("over_budget", "Cannot answer: the workspace's budget is used up");
}

/** Replaces reservations, or the guess after a crash, by the true cost. A fact needs no fence: any owner may report it. */
export async function settleAll(
  sql: Sql,
  claim: Pick<Claim, "turn" | "attempt">,
  settlements: readonly Settlement[],
): Promise<void> {
  for (const settlement of settlements) await settle(sql, claim, settlement);
}

async function settle(
  sql: Sql,
  { turn, attempt }: Pick<Claim, "turn" | "attempt">,
  { call, costMicroUsd, usage }: Settlement,
): Promise<void> {
  const row = await sql.get<{ workspace: string; state: string; reserved: number; cost: number | null }>`
    select workspace_id as workspace, state, reserved_micro_usd as reserved, cost_micro_usd as cost from ledger
    where turn_id = ${turn} and attempt = ${attempt} and call = ${call} and state <> 'settled'`;
  if (!row) return;
  // A call whose price nobody knows costs nothing that could be counted; it is listed as unpriced.
  const cost = costMicroUsd ?? 0;
  const changed = await sql.run`
    update ledger set state = 'settled', cost_micro_usd = ${costMicroUsd}, settled_at = now_ms(),
      input_tokens = ${usage?.inputTokens ?? null}, cached_input_tokens = ${usage?.cachedInputTokens ?? null},
      output_tokens = ${usage?.outputTokens ?? null}, reasoning_tokens = ${usage?.reasoningTokens ?? null}
    where turn_id = ${turn} and attempt = ${attempt} and call = ${call} and state = ${row.state}`;
  if (!changed) return await settle(sql, { turn, attempt }, { call, costMicroUsd, usage });
  const [spent, reserved] = row.state === "reserved" ? [cost, -row.reserved] : [cost - row.reserved, 0];
  await charge(sql, row.workspace, spent, reserved);
}

/** The owner is gone and the cost unknown: the worst case counts until it is settled. */
export async function expire(sql: Sql, turn: string): Promise<void> {
  const lost = await sql.all<{ workspace: string; reserved: number }>`
    update ledger set state = 'expired', cost_micro_usd = reserved_micro_usd, settled_at = now_ms()
    where turn_id = ${turn} and state = 'reserved'
    returning workspace_id as workspace, reserved_micro_usd as reserved`;
  for (const { workspace, reserved } of lost) await charge(sql, workspace, reserved, -reserved);
}

async function expireFree(
  database: Database,
  { owner, othersAreDead }: { owner: string; othersAreDead: boolean },
): Promise<number> {
  const dead = othersAreDead ? owner : null;
  const lost = await database.read.all<{ id: string }>`
    select turn_id as id from ledger
    where state = 'reserved' and owner is not null and (lease_until < now_ms() or owner <> ${dead})`;
  for (const { id } of lost) await database.transaction((sql) => expire(sql, id));
  return lost.length;
}

async function charge(sql: Sql, workspace: string, spent: number, reserved: number): Promise<void> {
  await sql.run`
    update budgets set spent_micro_usd = spent_micro_usd + ${spent}, reserved_micro_usd = reserved_micro_usd + ${reserved}
    where workspace_id = ${workspace}`;
}

async function totals(
  database: Database,
  filter: { workspace: string; conversation?: string; person?: string; sinceMs?: number },
): Promise<LedgerTotals> {
  const { workspace, conversation = null, person = null, sinceMs = 0 } = filter;
  const row = await database.read.get<LedgerTotals>`
    select count(*) as calls, coalesce(sum(input_tokens), 0) as "inputTokens",
      coalesce(sum(output_tokens), 0) as "outputTokens", coalesce(sum(cost_micro_usd), 0) as "costMicroUsd",
      coalesce(sum(case when state = 'settled' and cost_micro_usd is null then 1 else 0 end), 0) as unpriced
    from ledger
    where workspace_id = ${workspace} and created_at >= ${sinceMs} and state <> 'reserved'
      and coalesce(conversation_id, '') = coalesce(${conversation}, conversation_id, '')
      and coalesce(person_id, '') = coalesce(${person}, person_id, '')`;
  return row!;
}
