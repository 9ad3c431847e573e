//! What file names say by convention.

use std::path::Path;

use regex::Regex;

use super::text::clean_text;
use super::{LibraryError, LibraryOptions};

/// The patterns of [`LibraryOptions`], compiled.
#[derive(Debug)]
pub(super) struct Patterns {
    fold: Option<Regex>,
    strip: Option<Regex>,
}

impl Patterns {
    pub(super) fn of(options: &LibraryOptions) -> Result<Self, LibraryError> {
        let compile = |field, pattern: &Option<String>| {
            let failed = |source| LibraryError::Pattern { field, source: Box::new(source) };
            pattern.as_deref().map(|pattern| Regex::new(pattern).map_err(failed)).transpose()
        };
        let fold = compile("fold_pattern", &options.fold_pattern)?;
        if let Some(fold) = fold.as_ref().filter(|fold| fold.captures_len() < 2) {
            return Err(LibraryError::Option {
                field: "fold_pattern",
                expected: "a pattern with a group in parentheses, which is the fold",
                found: format!("{:?}", fold.as_str()),
            });
        }
        Ok(Self { fold, strip: compile("strip_pattern", &options.strip_pattern)? })
    }

    /// The fold that a file's name tells: the first group of the pattern, unless it is empty.
    pub(super) fn fold(&self, path: &Path) -> Option<String> {
        let name = path.file_name()?.to_string_lossy();
        let fold = self.fold.as_ref()?.captures(&name)?.get(1)?.as_str().trim();
        (!fold.is_empty()).then(|| fold.to_string())
    }

    /// The name of a file without its extension and without all matches of the pattern, where something is left.
    /// `None` without a pattern.
    pub(super) fn display_name(&self, path: &Path) -> Option<String> {
        let stem = path.file_stem()?.to_string_lossy();
        let name = self.strip.as_ref()?.replace_all(&stem, "");
        clean_text(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(fold: Option<&str>, strip: Option<&str>) -> Result<Patterns, LibraryError> {
        let own = |pattern: Option<&str>| pattern.map(str::to_string);
        let options =
            LibraryOptions { fold_pattern: own(fold), strip_pattern: own(strip), ..LibraryOptions::default() };
        Patterns::of(&options)
    }

    #[test]
    fn the_first_group_is_the_fold() {
        let patterns = patterns(Some(r"^(\d+)-"), None).unwrap();
        let fold = |path: &str| patterns.fold(Path::new(path));
        assert_eq!(fold("Rain/3-17367-A.ogg").as_deref(), Some("3"));
        assert_eq!(fold("1-Rain/A.ogg"), None, "the folder's name does not count");
        let optional = self::patterns(Some(r"^(\d*)-"), None).unwrap();
        assert_eq!(optional.fold(Path::new("-a.ogg")), None, "an empty group is no fold");
    }

    #[test]
    fn names_are_stripped() {
        let patterns = patterns(None, Some(r"^\d+bpm_|_id_\d+")).unwrap();
        let name = |path: &str| patterns.display_name(Path::new(path));
        assert_eq!(name("Drums/135bpm_jaz_id_01.mp3").as_deref(), Some("jaz"));
        assert_eq!(name("135bpm_.mp3"), None, "something has to be left");
        assert_eq!(self::patterns(None, None).unwrap().display_name(Path::new("a.mp3")), None);
    }

    #[test]
    fn patterns_that_cannot_work_are_refused() {
        let error = patterns(Some("("), None).unwrap_err();
        assert!(matches!(error, LibraryError::Pattern { field: "fold_pattern", .. }), "{error}");
        let error = patterns(Some(r"^\d-"), None).unwrap_err();
        assert!(matches!(error, LibraryError::Option { field: "fold_pattern", .. }), "{error}");
        assert!(matches!(patterns(None, Some("[")), Err(LibraryError::Pattern { field: "strip_pattern", .. })));
    }
}
