-- What a narrative was when an execution began: each version once, each text once.
create table narrative_versions (
  id integer primary key,
  hash text not null unique
) strict;

create table narrative_texts (
  hash text primary key,
  text text not null
) strict;

-- The path is relative to the folder of the narrative's own file, which has none.
create table narrative_files (
  version_id integer not null references narrative_versions (id) on delete cascade,
  path text not null,
  text_hash text not null references narrative_texts (hash),
  primary key (version_id, path)
) strict;
create index narrative_files_of_text on narrative_files (text_hash);

alter table executions add column version_id integer references narrative_versions (id);
create index executions_of_version on executions (version_id) where version_id is not null;
