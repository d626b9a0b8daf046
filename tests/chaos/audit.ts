/** Triggers that note every state of every turn in the same transactions, and refuse to spend more than a budget. */

export const sqliteAudit = `
create table audit (id integer primary key autoincrement, turn_id text, conversation_id text, kind text,
  number bigint, old_state text, new_state text);
create trigger audit_insert after insert on turns begin
  insert into audit values (null, new.id, new.conversation_id, new.kind, new.number, null, new.state);
end;
create trigger audit_update after update on turns when old.state <> new.state begin
  insert into audit values (null, new.id, new.conversation_id, new.kind, new.number, old.state, new.state);
end;
create trigger guard after update on budgets
  when new.spent_micro_usd + new.reserved_micro_usd > new.limit_micro_usd begin
  select raise(abort, 'OVERSPENT');
end;`;

export const postgresAudit = `
create table audit (id bigserial primary key, turn_id text, conversation_id text, kind text,
  number bigint, old_state text, new_state text);
create function note_turn() returns trigger language plpgsql as $$ begin
  if tg_op = 'INSERT' then
    insert into audit (turn_id, conversation_id, kind, number, new_state)
    values (new.id, new.conversation_id, new.kind, new.number, new.state);
  elsif old.state <> new.state then
    insert into audit (turn_id, conversation_id, kind, number, old_state, new_state)
    values (new.id, new.conversation_id, new.kind, new.number, old.state, new.state);
  end if;
  return null;
end $$;
create trigger audit_turn after insert or update on turns for each row execute function note_turn();
alter table budgets add constraint OVERSPENT check (spent_micro_usd + reserved_micro_usd <= limit_micro_usd);`;
