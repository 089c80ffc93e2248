-- A bot that was due once, and has run, is not due any more.
create table schedules_of_bots (
  bot text primary key,
  due_at integer,
  nominal_at integer,
  definition text,
  paused_at integer,
  paused_until integer,
  pause_reason text
) strict;
insert into schedules_of_bots (bot, due_at) select bot, due_at from schedules;
drop table schedules;
alter table schedules_of_bots rename to schedules;
