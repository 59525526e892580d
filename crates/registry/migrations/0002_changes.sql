-- What has changed of the things that every process keeps in memory, in the order of the commits:
-- a number is taken while the counter's row is locked, so nobody sees a later one before an earlier.
create table changes (
    seq bigint primary key,
    kind text not null,
    subject text not null
);

insert into counters (name, value) values ('changes', 0);
