-- The store's own tables. Times are epoch milliseconds, JSON is text, booleans are 0 or 1.
-- A migration that was released is never edited; the next change is the next number.

create table executions (
  id text primary key,
  parent_id text references executions (id) on delete cascade,
  file text not null,
  narrative text not null,
  bot text,
  trigger text not null,
  options text not null,
  traceparent text,
  status text not null,
  error text,
  started_at integer not null,
  ended_at integer
) strict;
create index executions_of_parent on executions (parent_id, started_at);
create index executions_by_status on executions (status, bot);

-- The journal: one row an act, kept so that an answer that was paid for is never asked for again.
create table act_executions (
  execution_id text not null references executions (id) on delete cascade,
  key text not null,
  act text not null,
  sequence integer not null,
  status text not null,
  attempts integer not null,
  prompt text,
  answer text,
  result text,
  rows_stored integer not null default 0,
  outcome text,
  traceparent text,
  error text,
  started_at integer not null,
  ended_at integer,
  primary key (execution_id, key)
) strict;

-- Commands that change the world: the intent before, the result after.
create table effects (
  key text primary key,
  execution_id text not null references executions (id) on delete cascade,
  act text not null,
  platform text not null,
  command text not null,
  args text not null,
  traceparent text,
  status text not null,
  result text,
  dry_run integer,
  error text,
  intended_at integer not null,
  ended_at integer
) strict;
create index effects_of_execution on effects (execution_id);

-- Calls of models with tokens and cost. Outlives the executions, since budgets count by month.
create table ledger (
  id integer primary key,
  at integer not null,
  execution_id text not null,
  act_key text not null,
  bot text,
  provider text not null,
  model text not null,
  input_tokens integer not null,
  output_tokens integer not null,
  cached_input_tokens integer,
  reasoning_tokens integer,
  cost_usd real,
  response_id text,
  duration_ms integer not null
) strict;
create index ledger_by_time on ledger (at);
create index ledger_of_execution on ledger (execution_id);

create table mailbox (
  position integer primary key autoincrement,
  id text not null unique,
  recipient text not null,
  message text not null,
  attempts integer not null default 0,
  at integer not null
) strict;
create index mailbox_of_recipient on mailbox (recipient, position);

create table dead_letters (
  position integer primary key autoincrement,
  id text not null unique,
  recipient text not null,
  message text not null,
  reason text not null,
  errors text not null,
  at integer not null
) strict;

create table schedules (
  bot text primary key,
  due_at integer not null
) strict;

-- Counts of actors that survive a restart of the process.
create table actors (
  path text primary key,
  counts text not null,
  at integer not null
) strict;

create table state (
  key text primary key,
  value text not null,
  at integer not null
) strict;

-- The tables that narratives produced.
create table content_tables (
  name text primary key collate nocase,
  narrative text not null,
  description text,
  created_at integer not null
) strict;

-- One record a run and target table.
create table content_generations (
  execution_id text not null,
  table_name text not null collate nocase,
  narrative text not null,
  status text not null,
  row_count integer not null default 0,
  skipped_count integer not null default 0,
  error text,
  started_at integer not null,
  ended_at integer,
  duration_ms integer,
  primary key (execution_id, table_name)
) strict;

-- Decisions of people about rows of content.
create table reviews (
  id integer primary key,
  table_name text not null collate nocase,
  row_id integer not null,
  status text not null,
  reviewer text not null,
  note text,
  copied_table text,
  copied_id integer,
  at integer not null
) strict;
create index reviews_of_row on reviews (table_name, row_id);

-- Who did what, for everything that a person does to the store.
create table audit (
  id integer primary key,
  at integer not null,
  who text not null,
  action text not null,
  subject text not null,
  details text not null
) strict;
