/** What the owner of a turn does with it. Every function is one transaction, and every write names its attempt. */
import { ChatError } from "../../../server/domain/error.ts";
import { newId } from "../../../server/domain/id.ts";
import type {
  Chunk,
  Claim,
  Ending,
  EndPolicy,
  Reach,
  Settlement,
  TurnKind,
  TurnState,
} from "../../../server/domain/turn.ts";
import { settleAll } from "./ledger.ts";
import type { Database, Sql } from "./sql.ts";
import { end, shownSoFar } from "./turn_end.ts";

export interface ClaimedRow {
  readonly workspace: string;
  readonly turn: string;
  readonly attempt: number;
  readonly kind: TurnKind;
  readonly through: number;
  readonly conversation: string;
  readonly platform: string;
  readonly question: string;
  readonly person: string;
  readonly model: string | null;
  readonly shown: number;
  readonly acceptedAt: number;
}

export interface ClaimOptions {
  readonly owner: string;
  readonly leaseMs: number;
  readonly background: boolean;
}

/** How the next answer is chosen and taken. */
export type ClaimAnswer = (sql: Sql, options: ClaimOptions) => Promise<ClaimedRow | undefined>;

export async function claim(
  database: Database,
  options: ClaimOptions,
  claimAnswer: ClaimAnswer,
): Promise<Claim | undefined> {
  let earlier: ClaimedRow | undefined; // by an earlier run of the body, whose commit's answer was lost
  return await database.transaction(async (sql) => {
    const row = earlier && await isStillOurs(sql, earlier, options)
      ? earlier
      : options.background
      ? await claimBackground(sql, options)
      : await claimAnswer(sql, options);
    earlier = row;
    if (!row) return;
    const { shown, model, question: questionId, ...rest } = row;
    const question = await sql.get<
      { number: number; text: string; model: string | null; reach: Reach | null; titled: number }
    >`
      select m.number, m.text, c.model, c.reach, case when c.title is null then 0 else 1 end as titled from messages m join conversations c on c.id = m.conversation_id
      where m.id = ${questionId}`;
    if (!question) throw new Error(`turn "${row.turn}" has no question`);
    if (shown === 0) await sql.run`delete from turn_chunks where turn_id = ${row.turn}`; // thoughts of a lost attempt
    return {
      ...rest,
      question: { id: questionId, number: question.number, text: question.text },
      model: model ?? question.model,
      reach: question.reach,
      isTitled: question.titled === 1,
      prefix: shown > 0 ? await shownSoFar(sql, row.turn, "text") : "",
      reasoning: shown > 0 ? await shownSoFar(sql, row.turn, "reasoning") : "",
    };
  });
}

async function isStillOurs(sql: Sql, { turn, attempt }: ClaimedRow, { owner }: ClaimOptions): Promise<boolean> {
  const row = await sql.get`
    select 1 from turns where id = ${turn} and attempt = ${attempt} and owner = ${owner} and state = 'running'`;
  return row !== undefined;
}

/** The oldest of all: fair where there is one workspace. */
export async function claimOldest(sql: Sql, { owner, leaseMs }: ClaimOptions): Promise<ClaimedRow | undefined> {
  return await sql.get<ClaimedRow>`
    update turns set state = 'running', owner = ${owner}, lease_until = now_ms() + ${leaseMs},
      attempt = attempt + 1, tries = tries + 1
    where id = (
      select t.id from turns t
      where t.state = 'queued' and t.kind = 'answer' and t.not_before <= now_ms() and not exists (
        select 1 from turns e where e.conversation_id = t.conversation_id and e.kind = 'answer'
          and e.number < t.number and e.state in ('queued', 'running'))
      order by t.id limit 1 ${sql.skipLocked})
    returning workspace_id as workspace, id as turn, attempt, kind, variant as through, conversation_id as conversation, platform,
      question_id as question, person_id as person, model, shown, created_at as "acceptedAt"`;
}

async function claimBackground(sql: Sql, { owner, leaseMs }: ClaimOptions): Promise<ClaimedRow | undefined> {
  return await sql.get<ClaimedRow>`
    update turns set state = 'running', owner = ${owner}, lease_until = now_ms() + ${leaseMs},
      attempt = attempt + 1, tries = tries + 1
    where id = (
      select t.id from turns t
      where t.state = 'queued' and t.kind <> 'answer' and t.not_before <= now_ms()
      order by t.id limit 1 ${sql.skipLocked})
    returning workspace_id as workspace, id as turn, attempt, kind, variant as through, conversation_id as conversation, platform,
      question_id as question, person_id as person, model, shown, created_at as "acceptedAt"`;
}

export async function renew(database: Database, { turn, attempt }: Claim, leaseMs: number): Promise<boolean> {
  const row = await database.transaction((sql) =>
    sql.get<{ stop: number }>`
      update turns set lease_until = now_ms() + ${leaseMs}
      where id = ${turn} and attempt = ${attempt} and state = 'running' returning stop_requested as stop`, {
    isOneStatement: true,
  });
  if (!row) throw leaseLost(turn);
  return row.stop === 1;
}

export async function append(
  database: Database,
  { workspace, turn, attempt }: Claim,
  { channel, position, text }: Chunk,
  leaseMs: number,
): Promise<boolean> {
  const after = position + text.length;
  const row = await database.transaction(async (sql) => {
    const row = channel === "text"
      ? await sql.get<{ stop: number }>`
        update turns set shown = ${after}, lease_until = now_ms() + ${leaseMs}
        where id = ${turn} and attempt = ${attempt} and state = 'running' and shown in (${position}, ${after})
        returning stop_requested as stop`
      : await sql.get<{ stop: number }>`
        update turns set lease_until = now_ms() + ${leaseMs}
        where id = ${turn} and attempt = ${attempt} and state = 'running' returning stop_requested as stop`;
    if (!row) throw leaseLost(turn);
    await sql.run`
      insert into turn_chunks (workspace_id, turn_id, channel, position, text)
      values (${workspace}, ${turn}, ${channel}, ${position}, ${text}) on conflict do nothing`;
    return row;
  });
  return row.stop === 1;
}

export async function finish(
  database: Database,
  claim: Claim,
  ending: Ending,
  settlements: readonly Settlement[],
  policy: EndPolicy,
): Promise<void> {
  const { turn, attempt } = claim;
  await database.transaction(async (sql) => {
    if (!await end(sql, { turn, attempt, from: "running", ending, policy })) throw leaseLost(turn);
    await settleAll(sql, claim, settlements);
  });
}

export async function release(
  database: Database,
  claim: Claim,
  { reason, errorCode, settlements }: { reason: string; errorCode: string; settlements: readonly Settlement[] },
  policy: EndPolicy,
): Promise<TurnState> {
  return await database.transaction(async (sql) => {
    const state = await letGo(sql, claim, { reason, errorCode }, policy);
    if (!state) throw leaseLost(claim.turn);
    await settleAll(sql, claim, settlements);
    return state;
  });
}

/** The one rule for a turn whose attempt is over without an answer. Undefined when the attempt is not the current one. */
export async function letGo(
  sql: Sql,
  { turn, attempt }: Pick<Claim, "turn" | "attempt">,
  { reason, errorCode }: { reason: string; errorCode: string },
  policy: EndPolicy,
): Promise<TurnState | undefined> {
  const row = await sql.get<
    { state: TurnState; stop: number; tries: number; shown: number; platform: string; place: string | null }
  >`
    update turns set owner = null, lease_until = null, reason = ${reason},
      notice = ${reason}, error_code = ${errorCode}, retryable = 1, not_before = now_ms() + 50 * tries * tries,
      state = case when shown > 0 then 'interrupted' else 'queued' end
    where id = ${turn} and attempt = ${attempt} and state = 'running'
    returning state, stop_requested as stop, tries, shown, platform, place`;
  if (!row) return;
  const mayTryAgain = row.tries < policy.maxTries;
  const goesOn = row.place !== null && policy.continuesByItself(row.platform);
  if (row.stop === 0 && row.state === "interrupted" && goesOn && mayTryAgain) {
    await sql.run`update turns set state = 'queued' where id = ${turn} and attempt = ${attempt}`;
    return "queued";
  }
  const isOver = row.stop === 1 || !mayTryAgain && (row.state === "queued" || goesOn);
  if (!isOver) return row.state;
  const text = await shownSoFar(sql, turn, "text");
  const ending: Ending = row.stop === 1
    ? { state: "stopped", text }
    : { state: "failed", text, notice: policy.failureNotice, errorCode: "gave_up", retryable: true };
  await end(sql, { turn, attempt, from: row.state, ending, policy });
  return ending.state;
}

/** Background work for the conversation of this claim's question; false when it was queued before. */
export async function enqueue(
  database: Database,
  { workspace, conversation, question, person, platform }: Claim,
  kind: Exclude<TurnKind, "answer">,
  variant: number,
): Promise<boolean> {
  const changed = await database.transaction((sql) =>
    sql.run`
      insert into turns (workspace_id, id, conversation_id, kind, variant, question_id, question_number, person_id,
        platform, number, state, created_at)
      values (${workspace}, ${newId()}, ${conversation}, ${kind}, ${variant}, ${question.id}, ${question.number},
        ${person}, ${platform}, ${question.number}, 'queued', now_ms())
      on conflict (question_id, kind, variant) do nothing`, { isOneStatement: true });
  return changed > 0;
}

export function leaseLost(turn: string): ChatError {
  return new ChatError("lease_lost", `Cannot write to turn "${turn}": it has ended or has another owner`);
}
