-- The row that an effect publishes, so that of two runs at the same time one publishes it.
alter table effects add column item_table text collate nocase;
alter table effects add column item_id integer;
create index effects_of_item on effects (item_table, item_id) where item_id is not null;
