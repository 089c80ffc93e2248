-- What is on a platform, and the command that made it: of several that look for what they may have made, one has it.
create table effects_made (
  platform text not null,
  id text not null,
  effect_key text not null references effects (key) on delete cascade,
  primary key (platform, id)
) strict, without rowid;
create index effects_made_by on effects_made (effect_key);
-- Of what was recorded before, the first that names an id has made it; what came later has only worked on it.
insert or ignore into effects_made
  select platform, coalesce(result ->> 'id', result ->> 'thread_id', result ->> 'event_id'), key from effects
    where status = 'done' and coalesce(dry_run, 0) = 0 and json_type(result) = 'object'
      and coalesce(result ->> 'id', result ->> 'thread_id', result ->> 'event_id') is not null
    order by ended_at;
insert or ignore into effects_made
  select effects.platform, part.value, effects.key from effects, json_each(effects.result, '$.message_ids') as part
    where effects.status = 'done' and coalesce(effects.dry_run, 0) = 0 and json_type(effects.result) = 'object'
      and part.type = 'text';
