/** The outbox: claims and outcomes of the parts of answers; what it promises is told at `DeliveryStore`. */
import {
  type Certainty,
  type DeliveryClaim,
  type DeliveryStore,
  type Doubt,
  inDoubt,
  type Verdict,
} from "../../../server/domain/delivery.ts";
import type { Database, Sql } from "./sql.ts";

type Part = Pick<DeliveryClaim, "turn" | "part" | "attempt">;

export function openDeliveryStore(database: Database): DeliveryStore {
  return {
    claim: (options) => claim(database, options),
    record: (part, verdict, reason) =>
      database.transaction((sql) => write(sql, part, verdict, reason), { isOneStatement: true }),
    recover: (options) => recover(database, options),
  };
}

interface ClaimOptions {
  readonly owner: string;
  readonly leaseMs: number;
}

/** Not as one statement: a repeat has to know whether the answer to the claim or to its commit was lost. */
async function claim(database: Database, options: ClaimOptions): Promise<DeliveryClaim | undefined> {
  let earlier: DeliveryClaim | undefined; // by an earlier run of the body, whose commit's answer was lost
  return await database.transaction(async (sql) => {
    if (earlier && await isStillOurs(sql, earlier, options)) return earlier;
    return earlier = await claimNext(sql, options);
  });
}

async function isStillOurs(sql: Sql, { turn, part, attempt }: Part, { owner }: ClaimOptions): Promise<boolean> {
  const row = await sql.get`
    select 1 from deliveries
    where turn_id = ${turn} and part = ${part} and attempt = ${attempt} and owner = ${owner} and state = 'sending'`;
  return row !== undefined;
}

async function claimNext(sql: Sql, { owner, leaseMs }: ClaimOptions): Promise<DeliveryClaim | undefined> {
  return await sql.get<DeliveryClaim>`
    update deliveries set state = 'sending', owner = ${owner}, lease_until = now_ms() + ${leaseMs},
      attempt = attempt + 1, first_sent_at = coalesce(first_sent_at, now_ms())
    where nonce = (
      select d.nonce from deliveries d
      where d.state = 'pending' and d.not_before <= now_ms() and not exists (
        select 1 from deliveries e where e.conversation_id = d.conversation_id and e.state in ('pending', 'sending')
          and (e.turn_number, e.part) < (d.turn_number, d.part))
      and not exists (
        select 1 from deliveries s where s.conversation_id = d.conversation_id and s.state = 'sending')
      order by d.turn_id, d.part limit 1 ${sql.skipLocked})
    returning workspace_id as workspace, turn_id as turn, part, attempt, platform, place, text, nonce, doubt,
      now_ms() - first_sent_at as "ageMs"`;
}

async function write(sql: Sql, { turn, part, attempt }: Part, verdict: Verdict, reason: string | null): Promise<void> {
  if (verdict.state === "sent") {
    await sql.run`
      update deliveries set state = 'sent', external_ref = ${verdict.ref}, owner = null, lease_until = null, doubt = null
      where turn_id = ${turn} and part = ${part} and state <> 'sent'`;
    return;
  }
  const afterMs = verdict.state === "pending" ? verdict.afterMs : 0;
  const doubt = verdict.state === "pending" ? verdict.doubt ?? null : null;
  await sql.run`
    update deliveries set state = ${verdict.state}, not_before = now_ms() + ${afterMs}, doubt = ${doubt},
      reason = ${reason}, owner = null, lease_until = null
    where turn_id = ${turn} and part = ${part} and attempt = ${attempt} and state = 'sending'`;
}

async function recover(
  database: Database,
  { owner, othersAreDead, maxAttempts, certaintyOf }: {
    owner: string;
    othersAreDead: boolean;
    maxAttempts: number;
    certaintyOf: (platform: string) => Certainty;
  },
): Promise<number> {
  const dead = othersAreDead ? owner : null;
  const lost = await database.read.all<Part & { platform: string; ageMs: number; owner: string }>`
    select turn_id as turn, part, attempt, platform, now_ms() - first_sent_at as "ageMs", owner from deliveries
    where state = 'sending' and (lease_until < now_ms() or owner <> ${dead})`;
  for (const delivery of lost) {
    const doubt: Doubt = othersAreDead && delivery.owner !== owner ? "given_up" : "lost";
    const { attempt, ageMs } = delivery;
    const verdict = inDoubt(certaintyOf(delivery.platform), doubt, { attempt, maxAttempts, ageMs });
    await database.transaction((sql) => write(sql, delivery, verdict, "its sender was lost"), {
      isOneStatement: true,
    });
  }
  return lost.length;
}
