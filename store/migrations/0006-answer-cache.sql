-- Answers that acts with a `cache` may be given again, by what was asked and of whom.
create table cached_answers (
  key text primary key,
  answer text not null,
  at integer not null,
  expires_at integer not null
) strict;
create index cached_answers_by_expiry on cached_answers (expires_at);

-- An answer that was given again: nobody was asked, and it cost nothing.
alter table ledger add column cached integer not null default 0;
