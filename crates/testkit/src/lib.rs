//! For tests only: fake clock, seeded dice, builders, a whole application in a temporary folder.
