/**
 * The first tables, written once for both engines (SQLite reads `bigint` as its 64-bit integer). Times are epoch
 * milliseconds, flags 0 or 1, money integer micro-dollars. `number` orders a conversation: a question and its answer
 * take two in a row when the question is accepted, so an ancestor's is always smaller.
 */
export const first = `
create table workspaces (
  id text primary key,
  name text not null,
  created_at bigint not null
);
create table people (
  workspace_id text not null,
  id text primary key,
  name text not null,
  created_at bigint not null
);
create table identities (
  workspace_id text not null,
  identity text not null,
  person_id text not null,
  primary key (workspace_id, identity)
);
create table conversations (
  workspace_id text not null,
  id text primary key,
  platform text not null,
  person_id text not null,
  title text,
  is_pinned bigint not null default 0,
  is_archived bigint not null default 0,
  model text,
  reach text check (reach in ('local', 'outside')),
  next_number bigint not null default 1,
  leaf_number bigint not null default 0,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint
);
create index conversations_list on conversations (workspace_id, is_archived, is_pinned desc, updated_at desc, id desc) where deleted_at is null;
create index conversations_own on conversations (workspace_id, person_id, is_archived, is_pinned desc, updated_at desc, id desc) where deleted_at is null;
create index conversations_deleted on conversations (deleted_at) where deleted_at is not null;
create table places (
  workspace_id text not null,
  place text not null,
  conversation_id text not null,
  primary key (workspace_id, place)
);
create table messages (
  workspace_id text not null,
  conversation_id text not null,
  number bigint not null,
  id text not null unique,
  parent_number bigint not null,
  is_active bigint not null default 1,
  role text not null check (role in ('user', 'assistant')),
  person_id text,
  author text,
  platform text not null,
  external_id text not null,
  text text,
  reasoning text,
  created_at bigint not null,
  primary key (conversation_id, number),
  unique (workspace_id, platform, external_id)
) /* without rowid */;
create index messages_tree on messages (conversation_id, parent_number, number);
create index messages_active on messages (conversation_id, number) where is_active = 1;
create table attachments (
  workspace_id text not null,
  message_id text not null,
  position bigint not null,
  name text not null,
  media_type text not null,
  bytes blob not null,
  text text,
  primary key (message_id, position)
);
create table turns (
  workspace_id text not null,
  id text primary key,
  conversation_id text not null,
  kind text not null check (kind in ('answer', 'title', 'summary')),
  variant bigint not null default 0,
  question_id text not null,
  question_number bigint not null,
  answer_id text unique,
  answer_number bigint,
  person_id text not null,
  platform text not null,
  place text,
  model text,
  number bigint not null,
  state text not null check (state in ('queued', 'running', 'done', 'stopped', 'failed', 'interrupted')),
  attempt bigint not null default 0,
  tries bigint not null default 0,
  owner text,
  lease_until bigint,
  not_before bigint not null default 0,
  stop_requested bigint not null default 0,
  shown bigint not null default 0,
  reason text,
  error_code text,
  retryable bigint not null default 0,
  notice text,
  record text,
  created_at bigint not null,
  ended_at bigint,
  unique (question_id, kind, variant),
  check ((state = 'running') = (owner is not null and lease_until is not null)),
  check ((kind = 'answer') = (answer_id is not null))
);
create unique index turns_one_running on turns (conversation_id) where state = 'running' and kind = 'answer';
create index turns_open on turns (conversation_id, number) where state in ('queued', 'running') and kind = 'answer';
create index turns_queued on turns (id) where state = 'queued' and kind = 'answer';
create index turns_background on turns (id) where state = 'queued' and kind <> 'answer';
create index turns_running on turns (id) where state = 'running';
create table turn_chunks (
  workspace_id text not null,
  turn_id text not null,
  channel text not null check (channel in ('text', 'reasoning')),
  position bigint not null,
  text text not null,
  primary key (turn_id, channel, position)
) /* without rowid */;
create table summaries (
  workspace_id text not null,
  conversation_id text not null,
  through_number bigint not null,
  text text not null,
  created_at bigint not null,
  primary key (conversation_id, through_number)
);
create table deliveries (
  workspace_id text not null,
  turn_id text not null,
  part bigint not null,
  conversation_id text not null,
  turn_number bigint not null,
  platform text not null,
  place text not null,
  text text not null,
  nonce text not null unique,
  state text not null check (state in ('pending', 'sending', 'sent', 'not_sent', 'unknown')),
  attempt bigint not null default 0,
  owner text,
  lease_until bigint,
  not_before bigint not null default 0,
  first_sent_at bigint,
  doubt text check (doubt in ('given_up', 'lost')),
  external_ref text,
  reason text,
  primary key (turn_id, part)
);
create unique index deliveries_one_sending on deliveries (conversation_id) where state = 'sending';
create index deliveries_pending on deliveries (turn_id, part) where state = 'pending';
create index deliveries_open on deliveries (conversation_id, turn_number, part) where state in ('pending', 'sending');
create table budgets (
  workspace_id text primary key,
  limit_micro_usd bigint,
  spent_micro_usd bigint not null default 0,
  reserved_micro_usd bigint not null default 0
);
create table ledger (
  workspace_id text not null,
  turn_id text not null,
  attempt bigint not null,
  call bigint not null,
  conversation_id text,
  person_id text,
  purpose text not null,
  model text not null,
  state text not null check (state in ('reserved', 'settled', 'expired')),
  reserved_micro_usd bigint not null,
  cost_micro_usd bigint,
  input_tokens bigint,
  cached_input_tokens bigint,
  output_tokens bigint,
  reasoning_tokens bigint,
  owner text,
  lease_until bigint,
  created_at bigint not null,
  settled_at bigint,
  primary key (turn_id, attempt, call)
);
create index ledger_open on ledger (turn_id) where state = 'reserved';
create index ledger_conversation on ledger (conversation_id) where conversation_id is not null;
create index ledger_time on ledger (workspace_id, created_at);
`;
