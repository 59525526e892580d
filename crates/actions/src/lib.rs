//! What can be done: one verb a file. No HTTP, no SQL.
