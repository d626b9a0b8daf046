/** Where new messages attach: numbers in order, branches of the tree, another answer to the same question. */
import { ChatError } from "../../../server/domain/error.ts";
import { newId } from "../../../server/domain/id.ts";
import type { Receipt } from "../../../server/domain/message.ts";
import type { Reach, TurnState, Viewer } from "../../../server/domain/turn.ts";
import type { Database, Sql } from "./sql.ts";

export interface OpenConversation {
  /** The first of the numbers taken. */
  readonly number: number;
  readonly leaf: number;
  readonly reach: Reach | null;
}

/** The next `count` numbers of a conversation; its row stays locked until the commit. */
export async function takeNumbers(sql: Sql, conversation: string, count: number): Promise<OpenConversation> {
  const row = await sql.get<OpenConversation>`
    update conversations set next_number = next_number + ${count}, updated_at = now_ms() where id = ${conversation}
    returning next_number - ${count} as number, leaf_number as leaf, reach`;
  if (!row) throw new ChatError("not_found", `Cannot write to conversation "${conversation}": there is none`);
  return row;
}

/** Takes what follows message `parent` out of the active branch. */
export async function leaveBranch(sql: Sql, conversation: string, parent: number): Promise<void> {
  await sql.run`
    update messages set is_active = 0
    where conversation_id = ${conversation} and number > ${parent} and is_active = 1`;
}

export interface RegenerateOptions {
  readonly model: string | null;
  readonly asksOutside: boolean;
  readonly allowOutside: boolean;
}

/** Another answer to the question of `turn`, as a new branch. */
export async function regenerate(
  database: Database,
  viewer: Viewer,
  turn: string,
  { model, asksOutside, allowOutside }: RegenerateOptions,
): Promise<Receipt> {
  // Made out here, so that a repeat of the transaction finds its own work.
  const made = { turn: newId(), answer: newId() };
  return await database.transaction(async (sql) => {
    const old = await findAnswer(sql, viewer, turn);
    const receipt = { conversation: old.conversation, message: old.question, turn: made.turn, isNew: true };
    if (await sql.get`select 1 from turns where id = ${made.turn}`) return receipt;
    const { number, reach } = await takeNumbers(sql, old.conversation, 1);
    if (reach === "local" && asksOutside && !allowOutside) throw consentRequired(old.conversation);
    await leaveBranch(sql, old.conversation, old.questionNumber);
    await sql.run`
      insert into messages (workspace_id, conversation_id, number, id, parent_number, role, platform, external_id, created_at)
      values (${viewer.workspace}, ${old.conversation}, ${number}, ${made.answer}, ${old.questionNumber}, 'assistant',
        'answer', ${made.turn}, now_ms())`;
    await sql.run`
      insert into turns (workspace_id, id, conversation_id, kind, variant, question_id, question_number, answer_id,
        answer_number, person_id, platform, place, model, number, state, created_at)
      select workspace_id, ${made.turn}, conversation_id, kind,
        (select max(v.variant) + 1 from turns v where v.question_id = t.question_id and v.kind = 'answer'),
        question_id, question_number, ${made.answer}, ${number}, person_id, platform, place, coalesce(${model}, t.model),
        ${number}, 'queued', now_ms()
      from turns t where t.id = ${turn}`;
    await sql.run`
      update conversations set leaf_number = ${number}, model = coalesce(${model}, model),
        reach = case when ${allowOutside ? 1 : 0} = 1 then 'outside' else reach end
      where id = ${old.conversation}`;
    return receipt;
  });
}

async function findAnswer(sql: Sql, viewer: Viewer, turn: string) {
  const row = await sql.get<
    { conversation: string; question: string; questionNumber: number; state: TurnState; active: number }
  >`
    select t.conversation_id as conversation, t.question_id as question, t.question_number as "questionNumber", t.state,
      m.is_active as active
    from turns t join conversations c on c.id = t.conversation_id join messages m on m.id = t.question_id
    where t.id = ${turn} and t.kind = 'answer' and t.workspace_id = ${viewer.workspace} and c.deleted_at is null
      and c.person_id = coalesce(${viewer.person}, c.person_id)`;
  if (!row) throw new ChatError("not_found", `Cannot answer turn "${turn}" again: there is none that you can see`);
  if (row.state === "queued" || row.state === "running") {
    throw new ChatError("conflict", `Cannot answer turn "${turn}" again: it is still being answered, stop it first`);
  }
  if (row.active !== 1) {
    throw new ChatError(
      "conflict",
      `Cannot answer turn "${turn}" again: its question is on a branch that is not shown`,
    );
  }
  return row;
}

export function consentRequired(conversation: string): ChatError {
  return new ChatError(
    "consent_required",
    `Cannot send conversation "${conversation}" to an outside provider: it was held on this machine only, so it takes your yes ("allow_outside": true)`,
  );
}
