/** Full-text search over every message that a viewer may see, newest first. */
import { Buffer } from "node:buffer";
import type { ConversationStore } from "../../../server/domain/conversation.ts";
import type { Role } from "../../../server/domain/message.ts";
import { decodeCursor, encodeCursor } from "../sql/cursor.ts";
import { excerptOf } from "../sql/excerpt.ts";
import { parseQuery, type Phrase } from "../sql/query.ts";
import type { Sql } from "../sql/sql.ts";

interface HitRow {
  readonly row: number;
  readonly conversation: string;
  readonly title: string | null;
  readonly message: string;
  readonly role: Role;
  readonly text: string;
  readonly createdAt: number;
}

export function openSearch(sql: Sql): ConversationStore["search"] {
  return async ({ workspace, person }, query, { limit, cursor }) => {
    const [before] = decodeCursor(cursor, [Number.MAX_SAFE_INTEGER]);
    const phrases = parseQuery(query);
    if (phrases.length === 0) return { items: [], next: null };
    const match = matchQuery(phrases, person === null ? `w${hex(workspace)}` : `p${hex(person)}`);
    const rows = await sql.all<HitRow>`
      select i.rowid as row, m.conversation_id as conversation, c.title, m.id as message, m.role, m.text,
        m.created_at as "createdAt"
      from search_index i
      cross join search_rows r on r.row = i.rowid
      cross join search_conversations s on s.short = r.short
      cross join conversations c on c.id = s.conversation_id
      cross join messages m on m.conversation_id = c.id and m.number = r.number
      where i.search_index match ${match} and i.rowid < ${before} and c.deleted_at is null
        and c.workspace_id = ${workspace} and c.person_id = coalesce(${person}, c.person_id)
      order by i.rowid desc limit ${limit + 1}`;
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map(({ row: _row, text, ...hit }) => ({ ...hit, ...excerptOf(text, phrases) })),
      next: last ? encodeCursor([last.row]) : null,
    };
  };
}

/** As the index has it: `hex()` of SQLite. */
function hex(text: string): string {
  return Buffer.from(text).toString("hex");
}

/** Words are letters and digits only, so nothing in them can be read as an operator. */
function matchQuery(phrases: readonly Phrase[], owner: string): string {
  const texts = phrases.map(({ words, isPrefix }) => `text : "${words.join(" ")}"${isPrefix ? " *" : ""}`);
  return [`owner : "${owner}"`, ...texts].join(" AND ");
}
