-- Bytes of media that acts have sent, each once, by the SHA-256 of what they are.
create table media (
  hash text primary key,
  bytes blob not null
) strict;

-- Which executions need them: media that none needs any more is forgotten.
create table media_uses (
  execution_id text not null references executions (id) on delete cascade,
  hash text not null references media (hash),
  primary key (execution_id, hash)
) strict, without rowid;
create index media_uses_by_hash on media_uses (hash);
