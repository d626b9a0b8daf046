/**
 * The way from a message back to the beginning, as the prompt needs it. "cross join" because SQLite then reads in this
 * order: each step finds its one parent.
 */
import type { Attachment, PathMessage, Role, Summary } from "../../../server/domain/message.ts";
import type { Sql } from "./sql.ts";

interface PathRow {
  readonly id: string;
  readonly number: number;
  readonly parent: number;
  readonly role: Role;
  readonly author: string | null;
  readonly text: string;
  readonly files: number;
}

export async function path(sql: Sql, conversation: string, from: number, limit: number): Promise<PathMessage[]> {
  const rows = await sql.all<PathRow>`
    with recursive way (number, parent, step) as (
      select number, parent_number, 1 from messages where conversation_id = ${conversation} and number = ${from}
      union all
      select m.number, m.parent_number, w.step + 1 from way w cross join messages m
      where m.conversation_id = ${conversation} and m.number = w.parent and w.step < ${limit})
    select m.id, m.number, m.parent_number as parent, m.role, m.author,
      coalesce(m.text, (select string_agg(k.text, '' order by k.position) from turns t
        join turn_chunks k on k.turn_id = t.id and k.channel = 'text' where t.answer_id = m.id), '') as text,
      (select count(*) from attachments a where a.message_id = m.id) as files
    from way w join messages m on m.conversation_id = ${conversation} and m.number = w.number
    order by m.number desc`;
  const messages: PathMessage[] = [];
  for (const { id, files, ...message } of rows) {
    messages.push({ ...message, attachments: files > 0 ? await attachmentsOf(sql, id) : [] });
  }
  return messages;
}

export async function countBefore(sql: Sql, conversation: string, number: number): Promise<number> {
  const row = await sql.get<{ n: number }>`
    select count(*) as n from messages
    where conversation_id = ${conversation} and is_active = 1 and number < ${number}`;
  return Number(row?.n ?? 0);
}

/** Walks back to the first message that a summary ends with: that one has no other way to the beginning. */
export async function summary(sql: Sql, conversation: string, number: number): Promise<Summary | undefined> {
  const row = await sql.get<Summary>`
    with recursive way (number, parent) as (
      select number, parent_number from messages where conversation_id = ${conversation} and number = ${number}
        and exists (select 1 from summaries s where s.conversation_id = ${conversation})
      union all
      select m.number, m.parent_number from way w cross join messages m
      where m.conversation_id = ${conversation} and m.number = w.parent and not exists (
        select 1 from summaries s where s.conversation_id = ${conversation} and s.through_number = w.number))
    select s.through_number as "throughNumber", s.text
    from summaries s join way w on w.number = s.through_number
    where s.conversation_id = ${conversation}`;
  return row && { ...row };
}

async function attachmentsOf(sql: Sql, message: string): Promise<Attachment[]> {
  return await sql.all<Attachment>`
    select name, media_type as "mediaType", text,
      case when media_type like 'image/%' then bytes else substr(bytes, 1, 0) end as bytes
    from attachments where message_id = ${message} order by position`;
}
