/** Accepts a message once, however often it is handed in, and queues the turn that answers it. */
import { ChatError } from "../../../server/domain/error.ts";
import { newId } from "../../../server/domain/id.ts";
import type { Incoming, Receipt } from "../../../server/domain/message.ts";
import type { Viewer } from "../../../server/domain/turn.ts";
import { consentRequired, leaveBranch, takeNumbers } from "./branches.ts";
import { findPerson } from "./people.ts";
import type { Database, Sql } from "./sql.ts";

export interface AcceptOptions {
  readonly viewer: Viewer | null;
  readonly asksOutside: boolean;
}

/** Thrown to undo whatever a transaction has made for a message that another call has stored meanwhile. */
const storedMeanwhile = new Error("stored meanwhile");

export async function accept(database: Database, incoming: Incoming, options: AcceptOptions): Promise<Receipt> {
  const receipt = await find(database.read, incoming) ??
    await database.transaction((sql) => store(sql, incoming, options)).catch((error) => {
      if (error !== storedMeanwhile) throw error;
    }) ??
    await find(database.read, incoming);
  if (!receipt) throw new Error(`message "${incoming.externalId}" was neither stored nor found`);
  return receipt;
}

async function store(sql: Sql, incoming: Incoming, options: AcceptOptions): Promise<Receipt> {
  const { workspace, platform, externalId, addressed, text, author, model, allowOutside } = incoming;
  const earlier = await find(sql, incoming);
  if (earlier) return earlier;
  const person = await findPerson(sql, workspace, author.identity, author.name);
  const at = await findConversation(sql, incoming, person, options.viewer);
  // From here the conversation's row is locked: numbers are given in the order of the commits.
  const conversation = await takeNumbers(sql, at.id, addressed ? 2 : 1);
  if (conversation.reach === "local" && options.asksOutside && !allowOutside) throw consentRequired(at.id);
  const parent = at.parent ?? conversation.leaf;
  if (at.parent !== null) await leaveBranch(sql, at.id, at.parent);
  const [message, turn, answer] = [newId(), newId(), newId()];
  const { number } = conversation;
  const isNew = await sql.run`
    insert into messages (workspace_id, conversation_id, number, id, parent_number, role, person_id, author, platform,
      external_id, text, created_at)
    values (${workspace}, ${at.id}, ${number}, ${message}, ${parent}, 'user', ${person}, ${author.name}, ${platform},
      ${externalId}, ${text}, now_ms()) on conflict do nothing`;
  if (!isNew) throw storedMeanwhile;
  await sql.index(message, text);
  for (const [position, { name, mediaType, bytes, text = null }] of incoming.attachments.entries()) {
    await sql.run`
      insert into attachments (workspace_id, message_id, position, name, media_type, bytes, text)
      values (${workspace}, ${message}, ${position}, ${name}, ${mediaType}, ${bytes}, ${text})`;
  }
  if (addressed) {
    await sql.run`
      insert into messages (workspace_id, conversation_id, number, id, parent_number, role, platform, external_id, created_at)
      values (${workspace}, ${at.id}, ${number + 1}, ${answer}, ${number}, 'assistant', 'answer', ${turn}, now_ms())`;
    await sql.run`
      insert into turns (workspace_id, id, conversation_id, kind, question_id, question_number, answer_id, answer_number,
        person_id, platform, place, model, number, state, created_at)
      values (${workspace}, ${turn}, ${at.id}, 'answer', ${message}, ${number}, ${answer}, ${number + 1},
        ${person}, ${platform}, ${incoming.place}, ${model}, ${number}, 'queued', now_ms())`;
  }
  await sql.run`
    update conversations set leaf_number = ${addressed ? number + 1 : number}, model = coalesce(${model}, model),
      reach = case when ${allowOutside ? 1 : 0} = 1 then 'outside' else reach end
    where id = ${at.id}`;
  return { conversation: at.id, message, turn: addressed ? turn : null, isNew: true };
}

async function find(sql: Sql, incoming: Incoming): Promise<Receipt | undefined> {
  const { workspace, platform, externalId, place, text } = incoming;
  const row = await sql.get<{ conversation: string; message: string; turn: string | null; text: string | null }>`
    select m.conversation_id as conversation, m.id as message, m.text, t.id as turn
    from messages m left join turns t on t.question_id = m.id and t.kind = 'answer' and t.variant = 0
    where m.workspace_id = ${workspace} and m.platform = ${platform} and m.external_id = ${externalId}`;
  if (!row) return;
  // A chat platform's replay may carry a later edit; a client's key with another text is the client's mistake.
  if (place === null && row.text !== text) {
    throw new ChatError("conflict", `Cannot use idempotency key again: it came before with another message`);
  }
  return { conversation: row.conversation, message: row.message, turn: row.turn, isNew: false };
}

/** Where the message belongs; `parent` null means at the end of the active branch. */
async function findConversation(
  sql: Sql,
  incoming: Incoming,
  person: string,
  viewer: Viewer | null,
): Promise<{ id: string; parent: number | null }> {
  const { workspace, platform, place, conversation, replaces } = incoming;
  if (replaces !== null) return await findReplaced(sql, replaces, viewer ?? { workspace, person });
  if (conversation !== null) {
    const seen = viewer ?? { workspace, person: null };
    const row = await sql.get`
      select 1 from conversations where id = ${conversation} and workspace_id = ${seen.workspace} and deleted_at is null
        and person_id = coalesce(${seen.person}, person_id)`;
    if (!row) {
      throw new ChatError("not_found", `Cannot find conversation "${conversation}": there is none that you can see`);
    }
    return { id: conversation, parent: null };
  }
  const known = place === null ? undefined : await currentAt(sql, workspace, place);
  if (known) return { id: known, parent: null };
  const id = newId();
  if (place !== null) {
    // Of two first messages at once, the later waits here and finds the conversation of the other.
    await sql.run`
      insert into places (workspace_id, place, conversation_id) values (${workspace}, ${place}, ${id})
      on conflict (workspace_id, place) do update set conversation_id = places.conversation_id`;
    const other = await currentAt(sql, workspace, place);
    if (other) return { id: other, parent: null };
    await sql.run`
      update places set conversation_id = ${id} where workspace_id = ${workspace} and place = ${place}`;
  }
  await sql.run`
    insert into conversations (workspace_id, id, platform, person_id, created_at, updated_at)
    values (${workspace}, ${id}, ${platform}, ${person}, now_ms(), now_ms())`;
  return { id, parent: null };
}

/** The conversation that a place points to; undefined when there is none, or it was deleted. */
async function currentAt(sql: Sql, workspace: string, place: string): Promise<string | undefined> {
  const row = await sql.get<{ id: string }>`
    select c.id from places p join conversations c on c.id = p.conversation_id
    where p.workspace_id = ${workspace} and p.place = ${place} and c.deleted_at is null`;
  return row?.id;
}

async function findReplaced(sql: Sql, message: string, viewer: Viewer): Promise<{ id: string; parent: number }> {
  const row = await sql.get<{ id: string; parent: number; active: number }>`
    select c.id, m.parent_number as parent, m.is_active as active
    from messages m join conversations c on c.id = m.conversation_id
    where m.id = ${message} and m.role = 'user' and m.workspace_id = ${viewer.workspace} and c.deleted_at is null
      and c.person_id = coalesce(${viewer.person}, c.person_id)`;
  if (!row) throw new ChatError("not_found", `Cannot edit message "${message}": there is none of yours with this id`);
  if (row.active !== 1) {
    throw new ChatError(
      "conflict",
      `Cannot edit message "${message}": it is on a branch that is not shown, switch to it first`,
    );
  }
  return row;
}
