//! What the program does with finished runs: everything here reads reports and no music.

mod compare;
mod diff;
mod finished;
mod render;
mod schema;

pub(crate) use compare::compare;
pub(crate) use diff::diff;
pub(crate) use render::render;
pub(crate) use schema::schema;
