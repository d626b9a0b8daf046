/** Full-text search over every message that a viewer may see, newest first. */
import type { ConversationStore } from "../../../server/domain/conversation.ts";
import type { Role } from "../../../server/domain/message.ts";
import { decodeCursor, encodeCursor } from "../sql/cursor.ts";
import { excerptOf } from "../sql/excerpt.ts";
import { parseQuery, type Phrase } from "../sql/query.ts";
import type { Sql } from "../sql/sql.ts";
import { cutWord } from "./index_words.ts";

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
    const lexemes = phrases.map(({ words, isPrefix }) => ({ words: words.map(cutWord), isPrefix }));
    if (phrases.length === 0) return { items: [], next: null };
    const owner = person === null ? `w:${workspace}` : `p:${person}`;
    const rows = await sql.all<HitRow>`
      select i.row, m.conversation_id as conversation, c.title, m.id as message, m.role, m.text,
        m.created_at as "createdAt"
      from search_index i join messages m on m.id = i.message_id join conversations c on c.id = m.conversation_id
      where i.lexemes @@ cast(${lexemesOf(lexemes, owner)} as tsquery) and i.row < ${before} and c.deleted_at is null
        and c.workspace_id = ${workspace} and c.person_id = coalesce(${person}, c.person_id)
        and not exists (
          select 1 from unnest(string_to_array(${rowsOfWords(lexemes)}, chr(10))) as wanted (words)
          where strpos(' ' || i.words || ' ', wanted.words) = 0)
      order by i.row desc limit ${limit + 1}`;
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      items: shown.map(({ row: _row, text, ...hit }) => ({ ...hit, ...excerptOf(text, phrases) })),
      next: last ? encodeCursor([last.row]) : null,
    };
  };
}

/** As a tsquery: every word must be there, and the owner. */
function lexemesOf(phrases: readonly Phrase[], owner: string): string {
  const words = phrases.flatMap(({ words, isPrefix }) =>
    words.map((word, i) => quoted(word) + (isPrefix && i === words.length - 1 ? ":*" : ""))
  );
  return [quoted(owner), ...words].join(" & ");
}

function quoted(lexeme: string): string {
  return `'${lexeme.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** Those words that must stand in a row, one row a line. */
function rowsOfWords(phrases: readonly Phrase[]): string {
  return phrases.filter(({ words }) => words.length > 1)
    .map(({ words, isPrefix }) => ` ${words.join(" ")}${isPrefix ? "" : " "}`).join("\n");
}
