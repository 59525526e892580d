//! Everything that is not a visit, in SQL that SQLite and PostgreSQL both take.
