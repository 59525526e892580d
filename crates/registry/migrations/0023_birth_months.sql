-- Year and month of birth, sealed, for the ages that an entry policy lets do without a test; null where
-- nobody has looked yet. Two ages that a policy may name, in years.
alter table people add column born_sealed bytea;
alter table entry_policies add column test_free_under bigint;
alter table entry_policies add column test_free_from bigint;
