//! The gate: the one way into the visit store. Full means busy now, never a wait without bound.
