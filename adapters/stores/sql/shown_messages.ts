/** Messages as people see them: pages of the active branch, with the text shown so far and the variants beside each. */
import type { Page, ShownMessage } from "../../../server/domain/conversation.ts";
import { ChatError } from "../../../server/domain/error.ts";
import type { Role } from "../../../server/domain/message.ts";
import type { TurnRecord, TurnState, Viewer } from "../../../server/domain/turn.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import type { Sql } from "./sql.ts";

interface PageOptions {
  readonly limit: number;
  readonly cursor: string | null;
}

interface ShownRow {
  readonly id: string;
  readonly number: number;
  readonly parent: number;
  readonly role: Role;
  readonly author: string | null;
  readonly text: string;
  readonly reasoning: string;
  readonly turn: string | null;
  readonly state: TurnState;
  readonly notice: string | null;
  readonly errorCode: string | null;
  readonly retryable: number;
  readonly record: string | null;
  readonly createdAt: number;
}

export async function messages(
  sql: Sql,
  viewer: Viewer,
  conversation: string,
  { limit, cursor }: PageOptions,
): Promise<Page<ShownMessage>> {
  const [after] = decodeCursor(cursor, [0]);
  await mustSee(sql, viewer, conversation);
  const rows = await sql.all<{ number: number }>`
    select number from messages where conversation_id = ${conversation} and is_active = 1 and number > ${after}
    order by number limit ${limit + 1}`;
  const numbers = rows.slice(0, limit).map((row) => row.number);
  const last = rows.length > limit ? numbers.at(-1) : undefined;
  return { items: await shown(sql, conversation, numbers), next: last === undefined ? null : encodeCursor([last]) };
}

export async function lastMessages(
  sql: Sql,
  viewer: Viewer,
  conversation: string,
  { limit, cursor }: PageOptions,
): Promise<Page<ShownMessage>> {
  const [before] = decodeCursor(cursor, [Number.MAX_SAFE_INTEGER]);
  await mustSee(sql, viewer, conversation);
  const rows = await sql.all<{ number: number }>`
    select number from messages where conversation_id = ${conversation} and is_active = 1 and number < ${before}
    order by number desc limit ${limit + 1}`;
  const numbers = rows.slice(0, limit).map((row) => row.number).reverse();
  const first = rows.length > limit ? numbers[0] : undefined;
  return { items: await shown(sql, conversation, numbers), next: first === undefined ? null : encodeCursor([first]) };
}

async function mustSee(sql: Sql, { workspace, person }: Viewer, conversation: string): Promise<void> {
  const row = await sql.get`
    select 1 from conversations
    where id = ${conversation} and workspace_id = ${workspace} and person_id = coalesce(${person}, person_id)
      and deleted_at is null`;
  if (!row) {
    throw new ChatError("not_found", `Cannot read conversation "${conversation}": there is none that you can see`);
  }
}

/** The messages from the first of these numbers to the last. */
async function shown(sql: Sql, conversation: string, numbers: readonly number[]): Promise<ShownMessage[]> {
  const [from, to] = [numbers[0], numbers.at(-1)];
  if (from === undefined || to === undefined) return [];
  // One statement, so that an answer that ends meanwhile is seen either running with its pieces or done with its text.
  const rows = await sql.all<ShownRow>`
    select m.id, m.number, m.parent_number as parent, m.role, m.author, m.created_at as "createdAt",
      coalesce(m.text, (select string_agg(k.text, '' order by k.position) from turn_chunks k
        where k.turn_id = t.id and k.channel = 'text'), '') as text,
      coalesce(m.reasoning, (select string_agg(k.text, '' order by k.position) from turn_chunks k
        where k.turn_id = t.id and k.channel = 'reasoning'), '') as reasoning,
      case m.role when 'assistant' then t.id else (
        select q.id from turns q join messages a on a.id = q.answer_id
        where q.question_id = m.id and q.kind = 'answer' order by a.is_active desc, q.variant desc limit 1) end as turn,
      coalesce(t.state, 'done') as state, t.notice, t.error_code as "errorCode", coalesce(t.retryable, 0) as retryable,
      t.record
    from messages m left join turns t on t.answer_id = m.id
    where m.conversation_id = ${conversation} and m.is_active = 1 and m.number between ${from} and ${to}
    order by m.number`;
  const files = await filesOf(sql, conversation, from, to);
  const variants = await variantsOf(sql, conversation, from, to);
  return rows.map(({ parent, record, ...row }) => ({
    ...row,
    retryable: row.retryable === 1,
    ...fromRecord(record),
    attachments: files.get(row.id) ?? [],
    variants: variants.get(`${row.role} ${parent}`) ?? [row.id],
  }));
}

function fromRecord(text: string | null): Pick<ShownMessage, "model" | "costMicroUsd" | "tokens" | "totalMs"> {
  if (text === null) return { model: null, costMicroUsd: null };
  const { model, costMicroUsd, usage, totalMs } = JSON.parse(text) as TurnRecord;
  return { model, costMicroUsd, tokens: usage ? usage.inputTokens + usage.outputTokens : null, totalMs };
}

/** By message. */
async function filesOf(sql: Sql, conversation: string, from: number, to: number) {
  const rows = await sql.all<{ message: string; name: string; mediaType: string; bytes: number }>`
    select a.message_id as message, a.name, a.media_type as "mediaType", octet_length(a.bytes) as bytes
    from messages m join attachments a on a.message_id = m.id
    where m.conversation_id = ${conversation} and m.is_active = 1 and m.number between ${from} and ${to}
    order by m.number, a.position`;
  const files = new Map<string, Omit<typeof rows[number], "message">[]>();
  for (const { message, ...file } of rows) files.set(message, [...files.get(message) ?? [], file]);
  return files;
}

/**
 * Ids by role and parent: messages of one role that stand at the same point of the tree. Joined in this order and by
 * way of the number alone, SQLite reads the few from the tree's index; else it reads the whole conversation for each.
 */
async function variantsOf(sql: Sql, conversation: string, from: number, to: number): Promise<Map<string, string[]>> {
  const rows = await sql.all<{ point: string; id: string }>`
    select v.role || ' ' || v.parent_number as point, v.id
    from messages m cross join messages beside cross join messages v
    where m.conversation_id = ${conversation} and m.is_active = 1 and m.number between ${from} and ${to}
      and beside.conversation_id = m.conversation_id and beside.parent_number = m.parent_number
      and v.conversation_id = m.conversation_id and v.number = beside.number and v.role = m.role
    order by v.parent_number, v.number`;
  return new Map([...Map.groupBy(rows, (row) => row.point)].map(([point, of]) => [point, of.map((row) => row.id)]));
}
