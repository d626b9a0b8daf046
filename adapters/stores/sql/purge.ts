/** Takes deleted conversations away for good, a few hundred rows at a time, so that nobody waits for it. */
import type { Database, Sql } from "./sql.ts";

const batch = 100;

/**
 * A conversation whose purge has begun has `deleted_at` 0: it cannot be restored, and a purge that was cut off goes
 * on with it. Background turns go with their question, even while they run: they have nothing left to write to.
 */
export async function purge(database: Database, olderThanMs: number): Promise<number> {
  const found = await database.read.all<{ id: string }>`
    select c.id from conversations c
    where c.deleted_at is not null and c.deleted_at <= now_ms() - ${olderThanMs} and not exists (
      select 1 from turns t where t.conversation_id = c.id and t.kind = 'answer' and t.state in ('queued', 'running'))
    order by c.deleted_at`;
  let count = 0;
  for (const { id } of found) {
    if (!await database.transaction((sql) => begin(sql, id, olderThanMs))) continue;
    while (await database.transaction((sql) => takeMessages(sql, id)));
    await database.transaction((sql) => takeRest(sql, id));
    count++;
  }
  return count;
}

/** Looks again: it may have been restored, or a turn queued, since it was found. */
async function begin(sql: Sql, conversation: string, olderThanMs: number): Promise<boolean> {
  const changed = await sql.run`
    update conversations set deleted_at = 0
    where id = ${conversation} and deleted_at is not null and deleted_at <= now_ms() - ${olderThanMs} and not exists (
      select 1 from turns t where t.conversation_id = conversations.id and t.kind = 'answer' and t.state in ('queued', 'running'))`;
  return changed > 0;
}

/** Some messages with their files, and the turns that answer them; false when there are none left. */
async function takeMessages(sql: Sql, conversation: string): Promise<boolean> {
  const messages = await sql.all<{ id: string }>`
    select id from messages where conversation_id = ${conversation} order by number limit ${batch}`;
  for (const { id } of messages) {
    const turns = await sql.all<{ turn: string }>`delete from turns where question_id = ${id} returning id as turn`;
    for (const { turn } of turns) {
      await sql.run`delete from turn_chunks where turn_id = ${turn}`;
      await sql.run`delete from deliveries where turn_id = ${turn}`;
    }
    await sql.run`delete from attachments where message_id = ${id}`;
    await sql.run`delete from messages where id = ${id}`;
  }
  return messages.length > 0;
}

async function takeRest(sql: Sql, conversation: string): Promise<void> {
  await sql.run`delete from summaries where conversation_id = ${conversation}`;
  await sql.run`delete from places where conversation_id = ${conversation}`;
  await sql.run`delete from conversations where id = ${conversation} and deleted_at = 0`;
}
