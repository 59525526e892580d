//! Links that work once: signing in, setting up an account, enrolling a duty device.
