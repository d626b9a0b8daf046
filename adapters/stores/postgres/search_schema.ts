/**
 * The full-text index. Words are found and folded by us, as on SQLite, so both find the same; they are kept as a text
 * too, because phrases are looked for in it: a tsvector keeps only 16,383 positions. The owners are lexemes of the
 * index, so that one person's search of a common word reads only that person's hits. Newest first is by `row`.
 */
export const firstSearch = `
create table search_index (
  message_id text primary key references messages (id) on delete cascade,
  row bigint generated always as identity unique,
  workspace_id text not null,
  person_id text not null,
  words text not null,
  lexemes tsvector not null generated always as (
    array_to_tsvector(string_to_array(words, ' ') || ('w:' || workspace_id) || ('p:' || person_id))) stored
);
create index search_lexemes on search_index using gin (lexemes);
`;
