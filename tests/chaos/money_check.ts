/** The ledger when all is quiet: what was settled is the invoice, what was lost is charged in full, nothing is reserved. */
import type { World } from "./world.ts";

interface Row {
  readonly id: string;
  readonly workspace: string;
  readonly state: string;
  readonly cost: number | null;
}

export async function moneyCheck({ query, violate, count, invoices }: World): Promise<void> {
  const billed = invoices();
  const spent = new Map<string, number>();
  const ledger = await query<Row>(`
    select turn_id || '.' || attempt || '.' || call as id, workspace_id as workspace, state, cost_micro_usd as cost
    from ledger`);
  for (const { id, workspace, state, cost } of ledger) {
    const invoiced = billed.get(id) ?? 0;
    count(`ledger ${state}`);
    count("micro-dollars invoiced", invoiced);
    if (cost === null) violate(`no cost: ${id}`);
    if (state === "reserved") violate(`a reservation is stuck: ${id}`);
    if (state === "settled" && cost !== invoiced) violate(`settled ${cost}, invoiced ${invoiced}: ${id}`);
    if (state === "expired" && (cost ?? 0) < invoiced) violate(`expired below the invoice: ${id}`);
    if (state === "expired") count("micro-dollars above the invoice until known", (cost ?? 0) - invoiced);
    spent.set(workspace, (spent.get(workspace) ?? 0) + (cost ?? 0));
  }
  const known = new Set(ledger.map(({ id }) => id));
  for (const id of billed.keys()) if (!known.has(id)) violate(`invoiced, but not in the ledger: ${id}`);
  const budgets = await query<{ workspace: string; most: number | null; spent: number; reserved: number }>(`
    select workspace_id as workspace, limit_micro_usd as most, spent_micro_usd as spent, reserved_micro_usd as reserved
    from budgets`);
  for (const budget of budgets) {
    const { workspace } = budget;
    if (budget.reserved !== 0) violate(`reserved is left in ${workspace}: ${budget.reserved}`);
    if (budget.spent !== (spent.get(workspace) ?? 0)) violate(`${workspace} has spent ${budget.spent}`);
    if (budget.most !== null && budget.spent > budget.most) violate(`${workspace} has overspent`);
  }
}
