-- Rows that an execution has taken: others do not see them until it has ended. `pull`: to be deleted when the act that
-- read it completes; the holder is that act. `hold`: it may have been published; the holder is the effect that does so.
create table row_claims (
  table_name text not null collate nocase,
  row_id integer not null,
  execution_id text not null,
  holder text not null,
  kind text not null,
  primary key (table_name, row_id, holder)
) strict;
create index row_claims_of_execution on row_claims (execution_id);
create index row_claims_of_holder on row_claims (holder);

-- The process that runs it; of one that is gone the executions are nobody's.
alter table executions add column owner integer;

-- An attempt of this act ended with its process: its question may have reached the model, and is asked again.
alter table act_executions add column interrupted integer not null default 0;
alter table ledger add column repeated integer not null default 0;

-- What the due time was computed from, the time before jitter, and a pause.
alter table schedules add column definition text;
alter table schedules add column nominal_at integer;
alter table schedules add column paused_at integer;
alter table schedules add column paused_until integer;
alter table schedules add column pause_reason text;
