-- A commit writes each page that it changes, so that what is written most often has no index but those that it needs.

-- Without `autoincrement`, whose counter is a page of every commit. What is forgotten is told in an event with the id after
-- the newest one, so that no id is given again all the same.
create table events_in_order (
  id integer primary key,
  at integer not null,
  type text not null,
  trace_id blob,
  span_id blob,
  correlation_id text,
  causation_id text,
  execution_id text,
  act_key text,
  bot text,
  subject text,
  data text not null
) strict;
insert into events_in_order select * from domain_events order by id;
drop table domain_events;
alter table events_in_order rename to domain_events;
create index domain_events_of_subject on domain_events (subject) where subject is not null;

-- A line's id says when: 1024 times the millisecond, and more than any before it. So the table is its own index of the
-- time. `number` counts the lines.
create table timed_ledger (
  id integer primary key,
  number integer not null,
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
  duration_ms integer not null,
  repeated integer not null default 0,
  cached integer not null default 0,
  ending text
) strict;
insert into timed_ledger
  select number + max(least - number) over (order by number), number, at, execution_id, act_key, bot, provider, model,
      input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, cost_usd, response_id, duration_ms, repeated,
      cached, ending
    from (select *, id as number, 1024 * at as least from ledger)
   order by number;
drop table ledger;
alter table timed_ledger rename to ledger;
create index ledger_of_execution on ledger (execution_id);

-- Those of which it is asked, in place of all.
drop index executions_by_status;
create index executions_running on executions (bot) where status = 'running' and parent_id is null;
drop index executions_of_parent;
create index executions_of_parent on executions (parent_id) where parent_id is not null;
