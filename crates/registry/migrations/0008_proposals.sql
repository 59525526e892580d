-- What a door in use is to become, while that is reviewed; the door itself stays as it is until then.
create table proposals (
    checkpoint bigint primary key references checkpoints (number),
    name text not null,
    door text not null,
    address text not null,
    same_key text not null,
    county text not null references regions (code),
    township text not null references regions (code),
    category text not null,
    responsible_name_sealed bytea not null,
    responsible_phone_sealed bytea not null
);
