-- What happened to a checkpoint after it was approved; what happened to its application is in
-- application_events.
create table checkpoint_events (
    id bigint primary key,
    checkpoint bigint not null references checkpoints (number),
    at_ms bigint not null,
    happening text not null,
    reason text not null,
    actor_kind text not null,
    actor_id bigint not null
);
create index checkpoint_events_by_checkpoint on checkpoint_events (checkpoint);

insert into counters (name, value) values ('checkpoint_events', 0);
