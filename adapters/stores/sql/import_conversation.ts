/** Takes over a conversation of another program, whole or not at all, and only once. */
import { ChatError } from "../../../server/domain/error.ts";
import { newId } from "../../../server/domain/id.ts";
import type { ImportedConversation, ImportOutcome } from "../../../server/domain/import.ts";
import type { Database, Sql } from "./sql.ts";

export interface Owner {
  readonly workspace: string;
  readonly person: string;
}

export async function importConversation(
  database: Database,
  owner: Owner,
  conversation: ImportedConversation,
): Promise<ImportOutcome> {
  const id = await idOf(owner, conversation);
  // Most of a second import ends here, without a place in the writers' queue.
  if (await isPresent(database.read, id)) return "present";
  const made = newId(); // of this call, so that a repeat of the transaction finds its own work
  return await database.transaction(async (sql) => {
    if (await isPresent(sql, id)) {
      return await sql.get`select 1 from messages where id = ${made}` ? "imported" : "present";
    }
    return await insert(sql, owner, { id, first: made }, conversation) ? "imported" : "present";
  });
}

/** False when another import of the same has come before. */
async function insert(
  sql: Sql,
  { workspace, person }: Owner,
  { id, first }: { id: string; first: string },
  { source, title, createdAt, updatedAt, messages, leaf }: ImportedConversation,
): Promise<boolean> {
  const isNew = await sql.run`
    insert into conversations (workspace_id, id, platform, person_id, title, next_number, leaf_number, created_at,
      updated_at)
    values (${workspace}, ${id}, ${source}, ${person}, ${title}, ${messages.length + 1}, ${leaf + 1}, ${createdAt},
      ${updatedAt}) on conflict do nothing`;
  if (!isNew) return false;
  const active = new Set<number>();
  for (let at: number | null | undefined = leaf; typeof at === "number"; at = messages[at]?.parent) active.add(at);
  for (const [index, { sourceId, parent, role, text, attachments, createdAt }] of messages.entries()) {
    const message = index === 0 ? first : newId();
    await sql.run`
      insert into messages (workspace_id, conversation_id, number, id, parent_number, is_active, role, person_id, author,
        platform, external_id, text, created_at)
      values (${workspace}, ${id}, ${index + 1}, ${message}, ${parent === null ? 0 : parent + 1},
        ${active.has(index) ? 1 : 0}, ${role}, ${role === "user" ? person : null}, ${role === "user" ? "You" : null},
        ${source}, ${`${id}:${sourceId}`}, ${text}, ${createdAt})`;
    await sql.index(message, text);
    for (const [position, { name, mediaType, bytes, text = null }] of attachments.entries()) {
      await sql.run`
        insert into attachments (workspace_id, message_id, position, name, media_type, bytes, text)
        values (${workspace}, ${message}, ${position}, ${name}, ${mediaType}, ${bytes}, ${text})`;
    }
  }
  return true;
}

/** Throws "conflict" for one that was deleted and is still to be taken away for good. */
async function isPresent(sql: Sql, id: string): Promise<boolean> {
  const row = await sql.get<{ deletedAt: number | null }>`
    select deleted_at as "deletedAt" from conversations where id = ${id}`;
  if (row && row.deletedAt !== null) {
    throw new ChatError(
      "conflict",
      "Cannot import the conversation: it was deleted just now, try again in some minutes",
    );
  }
  return row !== undefined;
}

/** The same for the same person and source, whenever it comes (a UUID of version 8, RFC 9562). */
async function idOf({ workspace, person }: Owner, { source, sourceId }: ImportedConversation): Promise<string> {
  const whole = new TextEncoder().encode(JSON.stringify([workspace, person, source, sourceId]));
  const hex = new Uint8Array(await crypto.subtle.digest("SHA-256", whole)).toHex();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
