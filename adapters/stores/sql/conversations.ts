/** Conversations: found, listed, changed, hidden; what each call promises is told at `ConversationStore`. */
import type { Conversation, ConversationStore, Page } from "../../../server/domain/conversation.ts";
import { ChatError } from "../../../server/domain/error.ts";
import type { Attachment } from "../../../server/domain/message.ts";
import type { Reach, Viewer } from "../../../server/domain/turn.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { importConversation } from "./import_conversation.ts";
import { countBefore, path, summary } from "./paths.ts";
import { purge } from "./purge.ts";
import { lastMessages, messages } from "./shown_messages.ts";
import type { Database, Sql } from "./sql.ts";
import { switchTo } from "./switch_branch.ts";

type Change = Parameters<ConversationStore["update"]>[2];

/** Full-text search is the engine's own. */
export function openConversationStore(database: Database, search: ConversationStore["search"]): ConversationStore {
  return {
    search,
    list: (viewer, options) => list(database.read, viewer, options),
    get: (viewer, id) => get(database.read, viewer, id),
    update: (viewer, id, change) => database.transaction((sql) => update(sql, viewer, id, change)),
    delete: (viewer, id) => database.transaction((sql) => hide(sql, viewer, id)),
    restore: (viewer, id) => database.transaction((sql) => restore(sql, viewer, id)),
    purge: (olderThanMs) => purge(database, olderThanMs),
    messages: (viewer, id, options) => messages(database.read, viewer, id, options),
    lastMessages: (viewer, id, options) => lastMessages(database.read, viewer, id, options),
    attachment: (viewer, message, position) => attachment(database.read, viewer, message, position),
    importConversation: (owner, conversation) => importConversation(database, owner, conversation),
    switchTo: (viewer, message) => database.transaction((sql) => switchTo(sql, viewer, message)),
    path: (conversation, from, limit) => path(database.read, conversation, from, limit),
    countBefore: (conversation, number) => countBefore(database.read, conversation, number),
    summary: (conversation, number) => summary(database.read, conversation, number),
    setReach: (id, reach) => database.transaction((sql) => setReach(sql, id, reach), { isOneStatement: true }),
  };
}

interface ConversationRow {
  readonly id: string;
  readonly title: string | null;
  readonly platform: string;
  readonly person: string;
  readonly isPinned: number;
  readonly isArchived: number;
  readonly model: string | null;
  readonly reach: Reach | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

async function list(
  sql: Sql,
  viewer: Viewer,
  { limit, cursor, archived }: { limit: number; cursor: string | null; archived: boolean },
): Promise<Page<Conversation>> {
  const [pinned, at, id] = decodeCursor(cursor, [2, 0, ""]);
  const { workspace, person } = viewer;
  // Written out twice, so that each finds its index.
  const rows = person === null
    ? await sql.all<ConversationRow>`
      select id, title, platform, person_id as person, is_pinned as "isPinned", is_archived as "isArchived", model, reach,
        created_at as "createdAt", updated_at as "updatedAt"
      from conversations
      where workspace_id = ${workspace} and is_archived = ${archived ? 1 : 0} and deleted_at is null
        and (is_pinned, updated_at, id) < (${pinned}, ${at}, ${id})
      order by is_pinned desc, updated_at desc, id desc limit ${limit + 1}`
    : await sql.all<ConversationRow>`
      select id, title, platform, person_id as person, is_pinned as "isPinned", is_archived as "isArchived", model, reach,
        created_at as "createdAt", updated_at as "updatedAt"
      from conversations
      where workspace_id = ${workspace} and person_id = ${person} and is_archived = ${archived ? 1 : 0}
        and deleted_at is null and (is_pinned, updated_at, id) < (${pinned}, ${at}, ${id})
      order by is_pinned desc, updated_at desc, id desc limit ${limit + 1}`;
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(decode),
    next: last ? encodeCursor([last.isPinned, last.updatedAt, last.id]) : null,
  };
}

async function get(sql: Sql, { workspace, person }: Viewer, id: string): Promise<Conversation> {
  const row = await sql.get<ConversationRow>`
    select id, title, platform, person_id as person, is_pinned as "isPinned", is_archived as "isArchived", model, reach,
      created_at as "createdAt", updated_at as "updatedAt"
    from conversations
    where id = ${id} and workspace_id = ${workspace} and person_id = coalesce(${person}, person_id)
      and deleted_at is null`;
  if (!row) throw notFound(id);
  return decode(row);
}

async function update(sql: Sql, viewer: Viewer, id: string, change: Change): Promise<Conversation> {
  const { title, isPinned, isArchived, model, allowOutside } = change;
  const { workspace, person } = viewer;
  await sql.run`
    update conversations set
      title = coalesce(${title ?? null}, title),
      is_pinned = coalesce(${flag(isPinned)}, is_pinned),
      is_archived = coalesce(${flag(isArchived)}, is_archived),
      model = case when ${model === undefined ? 0 : 1} = 1 then ${model ?? null} else model end,
      reach = case when ${allowOutside ? 1 : 0} = 1 then 'outside' else reach end
    where id = ${id} and workspace_id = ${workspace} and person_id = coalesce(${person}, person_id)
      and deleted_at is null`;
  return await get(sql, viewer, id);
}

async function hide(sql: Sql, { workspace, person }: Viewer, id: string): Promise<void> {
  const changed = await sql.run`
    update conversations set deleted_at = coalesce(deleted_at, now_ms())
    where id = ${id} and workspace_id = ${workspace} and person_id = coalesce(${person}, person_id)`;
  if (!changed) throw notFound(id);
}

/** What `purge` has begun to take away (`deleted_at` 0) cannot come back. */
async function restore(sql: Sql, viewer: Viewer, id: string): Promise<Conversation> {
  const { workspace, person } = viewer;
  await sql.run`
    update conversations set deleted_at = null
    where id = ${id} and workspace_id = ${workspace} and person_id = coalesce(${person}, person_id) and deleted_at > 0`;
  return await get(sql, viewer, id);
}

async function attachment(
  sql: Sql,
  { workspace, person }: Viewer,
  message: string,
  position: number,
): Promise<Attachment> {
  const file = await sql.get<Attachment>`
    select a.name, a.media_type as "mediaType", a.bytes
    from attachments a join messages m on m.id = a.message_id join conversations c on c.id = m.conversation_id
    where a.message_id = ${message} and a.position = ${position} and c.workspace_id = ${workspace}
      and c.person_id = coalesce(${person}, c.person_id) and c.deleted_at is null`;
  if (!file) {
    throw new ChatError(
      "not_found",
      `Cannot find file ${position} of message "${message}": there is none that you can see`,
    );
  }
  return { ...file };
}

async function setReach(sql: Sql, id: string, reach: Reach): Promise<void> {
  await sql.run`
    update conversations set reach = ${reach} where id = ${id} and (reach is null or reach = 'local')`;
}

function flag(value: boolean | undefined): number | null {
  return value === undefined ? null : value ? 1 : 0;
}

function decode(row: ConversationRow): Conversation {
  return { ...row, isPinned: row.isPinned === 1, isArchived: row.isArchived === 1 };
}

function notFound(id: string): ChatError {
  return new ChatError("not_found", `Cannot find conversation "${id}": there is none that you can see`);
}
