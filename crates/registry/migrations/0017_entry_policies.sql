-- Entry policies: proposed by one person, agreed on by another. The number is kept with every verdict;
-- 1 is the policy that a city starts with and stands in the program. Where it holds: at one door, or at
-- the doors of a region (null: the city) and of a category or group (null: every kind). `asks` is 0 for
-- one that takes back what was asked there; then the rules are null. A risk or an unknown itinerary that
-- nothing follows from is null.
create table entry_policies (
    version bigint primary key,
    checkpoint bigint references checkpoints (number),
    region text references regions (code),
    category text,
    asks bigint not null,
    red text,
    yellow text,
    gray text,
    none text,
    unknown text,
    nucleic_acid_hours bigint,
    untested text,
    risk text,
    no_itinerary text,
    wanted_ms bigint,
    note text not null,
    proposed_by bigint not null references accounts (id),
    proposed_ms bigint not null,
    decided_by bigint references accounts (id),
    decided_ms bigint,
    outcome text,
    reason text not null,
    begins_ms bigint
);
create index entry_policies_by_outcome on entry_policies (outcome, version);

insert into counters (name, value) values ('entry_policies', 1);
