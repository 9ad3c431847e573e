//! The site in real browsers: opened by a double click from a folder with spaces, and from a host under a sub-path.

mod accessibility;
mod broken;
mod everywhere;
mod explorer;
mod host;
mod page;
mod report;
mod session;
mod single;
mod site;
