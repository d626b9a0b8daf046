/** Makes another branch of a conversation the active one. */
import { ChatError } from "../../../server/domain/error.ts";
import type { Viewer } from "../../../server/domain/turn.ts";
import type { Sql } from "./sql.ts";

export async function switchTo(sql: Sql, { workspace, person }: Viewer, message: string): Promise<void> {
  const target = await sql.get<{ conversation: string; number: number }>`
    select m.conversation_id as conversation, m.number from messages m join conversations c on c.id = m.conversation_id
    where m.id = ${message} and c.workspace_id = ${workspace} and c.person_id = coalesce(${person}, c.person_id)
      and c.deleted_at is null`;
  if (!target) {
    throw new ChatError("not_found", `Cannot switch to message "${message}": there is none that you can see`);
  }
  const { conversation, number } = target;
  // Locks the conversation's row: no message joins the old branch meanwhile.
  await sql.run`update conversations set leaf_number = leaf_number where id = ${conversation}`;
  const fork = await lastActive(sql, conversation, number);
  await sql.run`
    update messages set is_active = 0 where conversation_id = ${conversation} and is_active = 1 and number > ${fork}`;
  const leaf = await newestLeaf(sql, conversation, number);
  await sql.run`
    update messages set is_active = 1 where conversation_id = ${conversation} and number in (
      with recursive way (number, parent) as (
        select number, parent_number from messages where conversation_id = ${conversation} and number = ${leaf}
        union all
        select m.number, m.parent_number from way w cross join messages m
        where m.conversation_id = ${conversation} and m.number = w.parent and m.number > ${fork})
      select number from way)`;
  await sql.run`update conversations set leaf_number = ${leaf} where id = ${conversation}`;
}

/** The nearest ancestor (or itself) of a message that is on the active branch; 0 when even the first is not. */
async function lastActive(sql: Sql, conversation: string, number: number): Promise<number> {
  const row = await sql.get<{ number: number }>`
    with recursive way (number, parent, is_active) as (
      select number, parent_number, is_active from messages where conversation_id = ${conversation} and number = ${number}
      union all
      select m.number, m.parent_number, m.is_active from way w cross join messages m
      where m.conversation_id = ${conversation} and m.number = w.parent and w.is_active = 0)
    select number from way where is_active = 1`;
  return row?.number ?? 0;
}

/** From a message down, always by the newest child. */
async function newestLeaf(sql: Sql, conversation: string, number: number): Promise<number> {
  const row = await sql.get<{ number: number }>`
    with recursive chain (number) as (
      select number from messages where conversation_id = ${conversation} and number = ${number}
      union all
      select (select max(m.number) from messages m where m.conversation_id = ${conversation} and m.parent_number = c.number)
      from chain c where c.number is not null)
    select max(number) as number from chain`;
  return row?.number ?? number;
}
