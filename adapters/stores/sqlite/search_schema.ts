/**
 * The full-text index and what keeps it: text is not stored twice, newest first is by `row`, and the owner is a word
 * of the index, so that one person's search of a common word reads only that person's hits
 * (`findings/performance.md`: 0.5 ms instead of 7). Conversations get short numbers to keep the map small.
 */
export const firstSearch = `
create table search_conversations (
  short integer primary key,
  conversation_id text not null unique
);
create table search_rows (
  row integer primary key,
  short integer not null,
  number bigint not null,
  unique (short, number)
);
create virtual table search_index using fts5 (
  owner, text, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co M*'"
);
create trigger search_insert after insert on messages when new.text is not null begin
  insert or ignore into search_conversations (conversation_id) values (new.conversation_id);
  insert into search_rows (short, number)
    select short, new.number from search_conversations where conversation_id = new.conversation_id;
  insert into search_index (rowid, owner, text)
    select last_insert_rowid(), 'w' || hex(c.workspace_id) || ' p' || hex(c.person_id), search_words(new.text)
    from conversations c where c.id = new.conversation_id;
end;
create trigger search_update after update of text on messages when new.text is not old.text begin
  delete from search_index where rowid = (
    select r.row from search_conversations s join search_rows r on r.short = s.short
    where s.conversation_id = new.conversation_id and r.number = new.number);
  delete from search_rows where row = (
    select r.row from search_conversations s join search_rows r on r.short = s.short
    where s.conversation_id = new.conversation_id and r.number = new.number);
  insert or ignore into search_conversations (conversation_id) values (new.conversation_id);
  insert into search_rows (short, number)
    select short, new.number from search_conversations
    where conversation_id = new.conversation_id and new.text is not null;
  insert into search_index (rowid, owner, text)
    select last_insert_rowid(), 'w' || hex(c.workspace_id) || ' p' || hex(c.person_id), search_words(new.text)
    from conversations c where c.id = new.conversation_id and new.text is not null;
end;
create trigger search_delete after delete on messages when old.text is not null begin
  delete from search_index where rowid = (
    select r.row from search_conversations s join search_rows r on r.short = s.short
    where s.conversation_id = old.conversation_id and r.number = old.number);
  delete from search_rows where row = (
    select r.row from search_conversations s join search_rows r on r.short = s.short
    where s.conversation_id = old.conversation_id and r.number = old.number);
end;
create trigger search_forget after delete on conversations begin
  delete from search_conversations where conversation_id = old.id;
end;
`;
