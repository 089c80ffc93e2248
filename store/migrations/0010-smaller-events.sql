-- Events say in fewer bytes what they said. Of trace and span the bytes in place of their digits; no correlation where it
-- is the run itself. And no index of executions: the latest events are few enough to be looked through.
create table smaller_events (
  id integer primary key autoincrement,
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
-- An id is never used again, also when all events were forgotten.
insert into sqlite_sequence (name, seq) select 'smaller_events', seq from sqlite_sequence where name = 'domain_events';
insert into smaller_events
  select id, at, type, unhex(trace_id), unhex(span_id),
      nullif(correlation_id, substr(execution_id, 1, instr(execution_id || '/', '/') - 1)),
      causation_id, execution_id, act_key, bot, subject, data
    from domain_events order by id;
drop table domain_events;
alter table smaller_events rename to domain_events;
create index domain_events_of_subject on domain_events (subject) where subject is not null;
