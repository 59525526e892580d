-- How a door is set up beside what was applied for: a way out; where it is, in millionths of a degree,
-- when a scan asks whether its visitor is there; an electronic sign with a code that changes. A door
-- without a row is a way in that asks for nothing.
create table door_settings (
    checkpoint bigint primary key references checkpoints (number),
    is_exit bigint not null,
    latitude_e6 bigint,
    longitude_e6 bigint,
    radius_m bigint,
    has_sign bigint not null,
    changed_ms bigint not null
);
create index door_settings_by_exit on door_settings (is_exit, checkpoint);

-- What a device at a door is: `duty`, a duty screen; `sign`, an electronic sign that shows a code.
alter table duty_devices add column kind text not null default 'duty';
