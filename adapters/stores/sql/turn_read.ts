/** Reading a turn: its row, and its text from any position on in one statement, so in one snapshot. */
import type { Attachment } from "../../../server/domain/message.ts";
import type {
  Channel,
  Turn,
  TurnKind,
  TurnRecord,
  TurnSnapshot,
  TurnState,
  Viewer,
} from "../../../server/domain/turn.ts";
import type { Database } from "./sql.ts";

interface TurnRow {
  readonly id: string;
  readonly workspace: string;
  readonly conversation: string;
  readonly kind: TurnKind;
  readonly state: TurnState;
  readonly variant: number;
  readonly question: string;
  readonly answer: string | null;
  readonly person: string;
  readonly attempt: number;
  readonly shown: number;
  readonly reason: string | null;
  readonly errorCode: string | null;
  readonly retryable: number;
  readonly notice: string | null;
  readonly record: string | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

interface SnapshotRow extends TurnRow {
  readonly answerText: string | null;
  readonly answerReasoning: string | null;
  readonly channel: Channel | null;
  readonly position: number | null;
  readonly chunk: string | null;
}

export async function read(
  database: Database,
  viewer: Viewer,
  turn: string,
  from: { text: number; reasoning: number },
): Promise<TurnSnapshot | undefined> {
  const rows = await database.read.all<SnapshotRow>`
    select t.id, t.workspace_id as workspace, t.conversation_id as conversation, t.kind, t.state, t.variant,
      t.question_id as question, t.answer_id as answer, t.person_id as person, t.attempt, t.shown, t.reason,
      t.error_code as "errorCode", t.retryable, t.notice, t.record, t.created_at as "createdAt", t.ended_at as "endedAt",
      m.text as "answerText", m.reasoning as "answerReasoning", k.channel, k.position, k.text as chunk
    from turns t join conversations c on c.id = t.conversation_id
    left join messages m on m.id = t.answer_id
    left join turn_chunks k on k.turn_id = t.id and k.position >= coalesce((
      select max(b.position) from turn_chunks b where b.turn_id = t.id and b.channel = k.channel
        and b.position <= case k.channel when 'text' then cast(${from.text} as bigint)
          else cast(${from.reasoning} as bigint) end), 0)
    where t.id = ${turn} and t.workspace_id = ${viewer.workspace} and c.deleted_at is null
      and c.person_id = coalesce(${viewer.person}, c.person_id)
    order by k.channel, k.position`;
  const [first] = rows;
  if (!first) return;
  const rest = (channel: Channel, at: number, whole: string | null) => {
    if (first.answerText !== null) return (whole ?? "").slice(at);
    const chunks = rows.filter((row) => row.channel === channel);
    return chunks.map((row) => row.chunk).join("").slice(at - (chunks[0]?.position ?? at));
  };
  return {
    turn: decodeTurn(first),
    text: rest("text", from.text, first.answerText),
    reasoning: rest("reasoning", from.reasoning, first.answerReasoning),
  };
}

function decodeTurn(row: SnapshotRow): Turn {
  const { id, workspace, conversation, kind, state, variant, question, answer, person, attempt, shown } = row;
  const { reason, errorCode, notice, createdAt, endedAt } = row;
  return {
    ...{ id, workspace, conversation, kind, state, variant, question, answer, person, attempt, shown },
    ...{ reason, errorCode, notice, createdAt, endedAt },
    retryable: row.retryable === 1,
    record: row.record === null ? null : JSON.parse(row.record) as TurnRecord,
  };
}

export async function countOpen(database: Database): Promise<{ queued: number; running: number }> {
  const rows = await database.read.all<{ state: TurnState; n: number }>`
    select state, count(*) as n from turns where state = 'queued' group by state
    union all select state, count(*) as n from turns where state = 'running' group by state`;
  const count = (state: TurnState) => rows.find((row) => row.state === state)?.n ?? 0;
  return { queued: count("queued"), running: count("running") };
}

export async function attachments(database: Database, message: string): Promise<Attachment[]> {
  return await database.read.all<Attachment>`
    select name, media_type as "mediaType", bytes from attachments where message_id = ${message} order by position`;
}
