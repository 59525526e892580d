-- Where reviews take two steps: who took the first.
alter table applications add column endorsed_by bigint references accounts (id);
