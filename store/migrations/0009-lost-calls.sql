-- How a call ended that is paid and gave no answer to use: `broken-off` or `unusable`.
alter table ledger add column ending text;
