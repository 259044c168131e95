//! The delivery state machine: events in, commands out.
