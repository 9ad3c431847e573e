//! The site in real browsers: opened by a double click from a folder with spaces, and from a host under a sub-path.

mod accessibility;
mod broken;
mod budget;
mod dropped;
mod editing;
mod everywhere;
mod explorer;
mod filters;
mod folder;
mod host;
mod hostile;
mod kept;
mod links;
mod map;
mod page;
mod paper;
mod player;
mod playlist_files;
mod reasons;
mod report;
mod session;
mod single;
mod site;
mod strategies;
mod touch;
