//! Only the examples matter.
