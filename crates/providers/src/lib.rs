//! Other people's systems: SMS so far, each with a mock in its real shape.
