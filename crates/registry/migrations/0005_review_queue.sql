-- What a queue of a hundred thousand applications needs: its own regions, in the order of waiting,
-- and the forms under which names and addresses are compared. Rows that are there already get those
-- forms when the program opens the database.
alter table checkpoints rename column same_name to similar_name;
alter table checkpoints add column near_address text not null default '';
update checkpoints set similar_name = '';
drop index checkpoints_by_name;
create index checkpoints_by_name on checkpoints (similar_name, organisation_id);
create index checkpoints_by_address on checkpoints (near_address, county, organisation_id);

alter table organisations add column credit_differs bigint not null default -1;
create index organisations_by_credit_code on organisations (credit_code, id);

alter table applications add column county text not null default '';
alter table applications add column township text not null default '';
update applications set
    county = (select c.county from checkpoints c where c.number = applications.checkpoint),
    township = (select c.township from checkpoints c where c.number = applications.checkpoint);
drop index applications_by_state;
create index applications_in_city on applications (state, submitted_ms, id);
create index applications_in_county on applications (state, county, submitted_ms, id);
create index applications_in_township on applications (state, township, submitted_ms, id);
