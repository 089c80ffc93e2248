-- What happened, in the order in which it happened. Lines are added, never changed, and forgotten when they are old. A
-- line is written in the transaction that makes what it tells true.
create table domain_events (
  id integer primary key autoincrement,
  at integer not null,
  type text not null,
  trace_id text,
  span_id text,
  correlation_id text,
  causation_id text,
  execution_id text,
  act_key text,
  bot text,
  subject text,
  data text not null
) strict;
create index domain_events_of_execution on domain_events (execution_id) where execution_id is not null;
create index domain_events_of_subject on domain_events (subject) where subject is not null;

-- The first message of the chain that led to it, and the event that its latest life began with.
alter table executions add column correlation_id text;
alter table executions add column event_id integer;
alter table act_executions add column event_id integer;
