-- Layouts of posters that the authority uploaded. The number is printed on every poster that follows
-- it; 1 is the built-in layout. Of one size and region at most one is in force: begun and not ended.
create table layouts (
    version bigint primary key,
    size text not null,
    region text not null references regions (code),
    svg bytea not null,
    note text not null,
    uploaded_ms bigint not null,
    begun_ms bigint,
    ended_ms bigint
);
create index layouts_by_size on layouts (size, region);

insert into counters (name, value) values ('layouts', 1);
