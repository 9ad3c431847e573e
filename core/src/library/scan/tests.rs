use super::*;

/// Makes empty files, and their folders.
fn library(files: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        write(&folder, file, b"");
    }
    folder
}

fn write(folder: &tempfile::TempDir, file: &str, content: &[u8]) {
    let path = folder.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn scanned(folder: &tempfile::TempDir) -> Library {
    scan(folder.path(), &LibraryOptions::default()).unwrap()
}

/// Sub-genres as `Genre/Name`.
fn names(library: &Library) -> Vec<String> {
    let name = |s: &SubGenre| s.genre.as_ref().map_or(s.name.clone(), |genre| format!("{genre}/{}", s.name));
    library.sub_genres.iter().map(name).collect()
}

fn tracks(library: &Library) -> Vec<(usize, &str)> {
    library.tracks.iter().map(|track| (track.sub_genre, track.relative_path.as_str())).collect()
}

fn reasons(library: &Library) -> Vec<(String, &SkipReason)> {
    let path = |skipped: &Skipped| {
        let relative = skipped.path.strip_prefix(&library.root).unwrap_or(&skipped.path);
        relative.to_string_lossy().into_owned()
    };
    library.skipped.iter().map(|skipped| (path(skipped), &skipped.reason)).collect()
}

#[test]
fn one_level_of_folders() {
    let folder = library(&[
        "10_Trance/b.mp3",
        "10_Trance/a10.mp3",
        "10_Trance/a9.FLAC",
        "2_Dub/disc 1/x/deep.ogg",
        "2_Dub/z.wav",
        "Ambient/a.mp3",
        "Ambient/cover.jpg",
        "Empty/notes.txt",
        "loose.mp3",
        ".hidden/a.mp3",
        "Ambient/._a.mp3",
    ]);
    let library = scanned(&folder);
    assert_eq!(names(&library), ["Dub", "Trance", "Ambient"]);
    assert_eq!(
        tracks(&library),
        [
            (0, "2_Dub/disc 1/x/deep.ogg"),
            (0, "2_Dub/z.wav"),
            (1, "10_Trance/a9.FLAC"),
            (1, "10_Trance/a10.mp3"),
            (1, "10_Trance/b.mp3"),
            (2, "Ambient/a.mp3"),
        ]
    );
    assert_eq!(library.tracks[0].path, folder.path().join("2_Dub/disc 1/x/deep.ogg"));
    assert_eq!(
        reasons(&library),
        [
            ("Ambient/cover.jpg".into(), &SkipReason::NotAudio),
            ("Empty/notes.txt".into(), &SkipReason::NotAudio),
            ("loose.mp3".into(), &SkipReason::OutsideSubGenre),
        ]
    );
    assert_eq!(library, scanned(&folder), "the same again");
}

#[test]
fn two_levels_of_folders() {
    let folder = library(&[
        "2_Techno/2_Hard/a.mp3",
        "2_Techno/1_Soft/cd/a.mp3",
        "1_House/Deep/a.mp3",
        "Mixed/a.mp3",
        "Mixed/old/b.mp3",
    ]);
    let library = scanned(&folder);
    assert_eq!(names(&library), ["House/Deep", "Techno/Soft", "Techno/Hard", "Mixed"]);
    assert_eq!(tracks(&library)[3..], [(3, "Mixed/a.mp3"), (3, "Mixed/old/b.mp3")]);

    let levels = |folder_levels| scan(folder.path(), &LibraryOptions { folder_levels, ..LibraryOptions::default() });
    let one = levels(Some(1)).unwrap();
    assert_eq!(names(&one), ["House", "Techno", "Mixed"]);
    let two = levels(Some(2)).unwrap();
    assert_eq!(names(&two), ["House/Deep", "Techno/Soft", "Techno/Hard", "Mixed/old"]);
    assert_eq!(reasons(&two), [("Mixed/a.mp3".into(), &SkipReason::OutsideSubGenre)]);
    assert!(matches!(levels(Some(3)), Err(LibraryError::Option { field: "folder_levels", .. })));
}

#[test]
fn sub_genres_of_one_name_are_refused() {
    let error = scan(library(&["1_House/a.mp3", "2_House/b.mp3"]).path(), &LibraryOptions::default()).unwrap_err();
    assert!(
        matches!(&error, LibraryError::SameName { name, first, second } if name == "House" && first == "1_House" && second == "2_House"),
        "{error}"
    );
    // In two genres they are two sub-genres.
    assert_eq!(names(&scanned(&library(&["A/Deep/a.mp3", "B/Deep/a.mp3"]))), ["A/Deep", "B/Deep"]);
}

#[test]
fn nothing_to_read_is_a_clear_error() {
    let options = LibraryOptions::default();
    let folder = library(&["House/cover.jpg", "loose.mp3"]);
    let error = scan(folder.path(), &options).unwrap_err();
    assert!(matches!(error, LibraryError::Empty { skipped: 2, failed: 1, .. }), "{error}");
    assert!(matches!(scan(&folder.path().join("nowhere"), &options), Err(LibraryError::Read { .. })));
    assert!(matches!(scan(&folder.path().join("loose.mp3"), &options), Err(LibraryError::NotALibrary { .. })));
    let playlists = LibraryOptions { layout: Layout::Playlists, ..options.clone() };
    assert!(matches!(scan(folder.path(), &playlists), Err(LibraryError::LayoutMissing { .. })));
    let manifest = LibraryOptions { layout: Layout::Manifest, ..options };
    assert!(matches!(scan(folder.path(), &manifest), Err(LibraryError::Read { .. })));
    assert!(scan(folder.path(), &LibraryOptions { extensions: vec![".mp3".into()], ..manifest }).is_err());
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_never_in_circles() {
    use std::os::unix::fs::symlink;

    let elsewhere = library(&["far/a.mp3"]);
    let folder = library(&["House/a.mp3"]);
    let root = folder.path();
    symlink(root, root.join("House/again")).unwrap();
    symlink(root.join("House"), root.join("House/self")).unwrap();
    symlink(elsewhere.path().join("far"), root.join("Linked")).unwrap();
    symlink(root.join("nowhere.mp3"), root.join("House/dangling.mp3")).unwrap();
    let library = scanned(&folder);
    assert_eq!(tracks(&library), [(0, "House/a.mp3"), (1, "Linked/a.mp3")]);
    let kinds = reasons(&library);
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    assert_eq!(kinds[0], ("House/again".into(), &SkipReason::LinkLoop));
    assert!(matches!(&kinds[1], (path, SkipReason::Unreadable { .. }) if path == "House/dangling.mp3"), "{kinds:?}");
    assert_eq!(kinds[2], ("House/self".into(), &SkipReason::LinkLoop));

    let unfollowed = scan(root, &LibraryOptions { follow_links: false, ..LibraryOptions::default() }).unwrap();
    assert_eq!(tracks(&unfollowed), [(0, "House/a.mp3")]);
}

#[test]
fn an_empty_folder_of_a_files_name_is_told_and_a_full_one_is_a_folder() {
    let folder = library(&["House/a.mp3", "House/Album.mp3/b.mp3"]);
    std::fs::create_dir(folder.path().join("House/c.mp3")).unwrap();
    std::fs::create_dir(folder.path().join("House/plain")).unwrap();
    let library = scanned(&folder);
    assert_eq!(tracks(&library), [(0, "House/a.mp3"), (0, "House/Album.mp3/b.mp3")]);
    assert_eq!(reasons(&library), [("House/c.mp3".into(), &SkipReason::NotAFile)]);
}

#[cfg(unix)]
#[test]
fn one_file_in_two_folders_is_refused_unless_allowed() {
    let folder = library(&["House/a.mp3", "Techno/b.mp3"]);
    std::os::unix::fs::symlink(folder.path().join("House/a.mp3"), folder.path().join("Techno/link.mp3")).unwrap();
    let error = scan(folder.path(), &LibraryOptions::default()).unwrap_err();
    assert!(
        matches!(&error, LibraryError::Duplicate { file, first, second, .. } if file == "Techno/link.mp3" && first == "House" && second == "Techno"),
        "{error}"
    );
    let options = LibraryOptions { allow_duplicates: true, ..LibraryOptions::default() };
    let library = scan(folder.path(), &options).unwrap();
    assert_eq!(tracks(&library), [(0, "House/a.mp3"), (1, "Techno/b.mp3")]);
    assert_eq!(reasons(&library)[0].1, &SkipReason::Duplicate { kept_in: "House".into() });
}

#[test]
fn playlists_are_sub_genres() {
    let folder =
        library(&["music/a.mp3", "music/b.mp3", "music/Café.mp3", "music/d.mp3", "music/e 1.mp3", "music/x.pdf"]);
    write(
        &folder,
        "2_Dark.m3u8",
        "\u{feff}#EXTM3U\r\n#EXTINF:1,An Artist - A Title\r\nmusic\\b.mp3\r\nmusic/a.mp3\r\nmusic/a.mp3\r\n".as_bytes(),
    );
    write(
        &folder,
        "10_Soft.m3u",
        b"music/Caf\xe9.mp3\nmusic/e%201.mp3\nmusic/x.pdf\n\n# a comment\nmusic/gone.mp3\nhttp://radio.example/a.mp3\n",
    );
    write(&folder, "Empty.m3u8", b"#EXTM3U\n");
    write(&folder, "music/ignored.m3u8", b"d.mp3\n");
    let library = scanned(&folder);
    assert_eq!(names(&library), ["Dark", "Soft"]);
    assert_eq!(tracks(&library), [(0, "music/a.mp3"), (0, "music/b.mp3"), (1, "music/Café.mp3"), (1, "music/e 1.mp3")]);
    assert_eq!(library.tracks[1].name_hint.as_deref(), Some("An Artist - A Title"));
    assert_eq!(library.tracks[0].name_hint, None);
    let listed_in = || "10_Soft.m3u".to_string();
    assert_eq!(
        reasons(&library),
        [
            ("music/x.pdf".into(), &SkipReason::NotAudio),
            ("music/gone.mp3".into(), &SkipReason::Missing { listed_in: listed_in(), line: 6 }),
            ("http://radio.example/a.mp3".into(), &SkipReason::Remote { listed_in: listed_in(), line: 7 }),
            ("music/a.mp3".into(), &SkipReason::Duplicate { kept_in: "Dark".into() }),
        ]
    );
    let failures: Vec<bool> = library.skipped.iter().map(|skipped| skipped.reason.is_failure()).collect();
    assert_eq!(failures, [false, true, true, false]);
}

#[test]
fn one_file_in_two_playlists_is_refused_unless_allowed() {
    let folder = library(&["a.mp3", "b.mp3", "c.mp3"]);
    write(&folder, "Dark.m3u8", b"a.mp3\nb.mp3\n");
    write(&folder, "Soft.m3u8", b"./b.mp3\nc.mp3\na.mp3\n");
    let error = scan(folder.path(), &LibraryOptions::default()).unwrap_err();
    let message = error.to_string();
    for part in ["a.mp3", "Dark.m3u8", "Soft.m3u8", "1 more", "allow_duplicates"] {
        assert!(message.contains(part), "{message}");
    }
    let options = LibraryOptions { allow_duplicates: true, ..LibraryOptions::default() };
    let library = scan(folder.path(), &options).unwrap();
    assert_eq!(tracks(&library), [(0, "a.mp3"), (0, "b.mp3"), (1, "c.mp3")]);
    assert_eq!(library.skipped.len(), 2);
}

#[test]
fn tracks_outside_the_root_are_read_only_where_that_was_asked_for() {
    let folder = library(&["sets/keep.txt", "sets/b.mp3", "music/a.mp3"]);
    let root = folder.path().join("sets");
    let absolute = folder.path().join("music/a.mp3");
    let entries = format!(
        "../music/a.mp3\n{0}\nfile://{0}\n%2e%2e/music/a.mp3\n..\\music\\a.mp3\nx/../../music/a.mp3\nx/../b.mp3\n",
        absolute.display()
    );
    let outside = LibraryOptions { outside: true, ..LibraryOptions::default() };
    let refused = |library: &Library| {
        library.skipped.iter().filter(|skipped| matches!(skipped.reason, SkipReason::Outside { .. })).count()
    };
    write(&folder, "sets/Dark.m3u8", entries.as_bytes());
    let inside = scan(&root, &LibraryOptions::default()).unwrap();
    assert_eq!((tracks(&inside), refused(&inside)), (vec![(0, "b.mp3")], 6));
    assert!(inside.skipped.iter().all(|skipped| skipped.reason.is_failure()));
    let all = scan(&root, &outside).unwrap();
    assert_eq!((tracks(&all), refused(&all)), (vec![(0, "../music/a.mp3"), (0, "b.mp3")], 0));

    let rows = entries.lines().fold("path,sub_genre\n".to_owned(), |rows, entry| rows + entry + ",Dark\n");
    write(&folder, "sets/library.csv", rows.as_bytes());
    let inside = scan(&root, &LibraryOptions::default()).unwrap();
    assert_eq!((tracks(&inside), refused(&inside)), (vec![(0, "b.mp3")], 6));
    assert_eq!(tracks(&scan(&root, &outside).unwrap()).len(), 2);

    write(&folder, "sets/library.csv", b"path,sub_genre\n../music/a.mp3,Dark\n");
    let message = scan(&root, &LibraryOptions::default()).unwrap_err().to_string();
    assert!(message.contains("`library.outside`"), "{message}");
}

#[cfg(unix)]
#[test]
fn the_library_may_be_named_by_a_link_and_hold_links() {
    let folder = library(&["real/a.mp3", "music/b.mp3"]);
    let link =
        |from: &str, to: &str| std::os::unix::fs::symlink(folder.path().join(from), folder.path().join(to)).unwrap();
    link("real", "linked");
    link("music/b.mp3", "real/b.mp3");
    let real = folder.path().join("real/a.mp3");
    write(&folder, "real/Dark.m3u8", format!("{}\nb.mp3\n", real.display()).as_bytes());
    let found = scan(&folder.path().join("linked"), &LibraryOptions::default()).unwrap();
    assert_eq!((found.tracks.len(), found.skipped.len()), (2, 0), "{:?}", found.skipped);
}

#[test]
fn names_are_shown_as_plain_text() {
    let folder = library(&["Te\u{202e}chno\n/a.mp3", "\u{200b}/b.mp3"]);
    assert_eq!(names(&scanned(&folder)), ["Techno", "Unnamed"]);
    let rows = "path,sub_genre,genre,title,artist\n\
        Te\u{202e}chno\n/a.mp3,\u{2066}Dark\u{7},\u{feff},\"two\nlines\",\u{202e}\n"
        .replace("Te\u{202e}chno\n", "\"Te\u{202e}chno\n");
    let rows = rows.replace("/a.mp3,", "/a.mp3\",");
    write(&folder, "library.csv", rows.as_bytes());
    let library = scanned(&folder);
    assert_eq!(names(&library), ["Dark"]);
    let overrides = &library.tracks[0].overrides;
    assert_eq!((overrides.title.as_deref(), overrides.artist.as_deref()), (Some("two lines"), None));
    let long = "x".repeat(1 << 20);
    write(
        &folder,
        "library.csv",
        format!("path,sub_genre,title\n\"Te\u{202e}chno\n/a.mp3\",a,{long}\n\u{200b}/b.mp3,{long},b\n").as_bytes(),
    );
    let library = scanned(&folder);
    assert_eq!((library.tracks.len(), &library.tracks[0].overrides.title), (1, &None));
    assert!(matches!(library.skipped[0].reason, SkipReason::Incomplete { .. }));
}

#[test]
fn a_manifest_lists_tracks_and_overrides_tags() {
    let folder = library(&["a.mp3", "b, \"c\".mp3", "d.mp3", "e.txt"]);
    write(
        &folder,
        "library.csv",
        "\u{feff}Path,Sub-Genre,Genre,artist,title,fold,comment\r\n\
         d.mp3,Zeta,,,,2,x\r\n\
         \"b, \"\"c\"\".mp3\",Alpha,Techno,\"An, Artist\",\"A\nTitle\",1,\r\n\
         a.mp3,Zeta,,,,1,\r\n\
         gone.mp3,Zeta,,,,,\r\n\
         ,Zeta,,,,,\r\n\
         e.txt,Zeta,,,,,\r\n"
            .as_bytes(),
    );
    let library = scanned(&folder);
    assert_eq!(names(&library), ["Zeta", "Techno/Alpha"], "in the order of the file");
    assert_eq!(tracks(&library), [(0, "a.mp3"), (0, "d.mp3"), (1, "b, \"c\".mp3")]);
    assert_eq!(library.tracks[2].overrides.artist.as_deref(), Some("An, Artist"));
    assert_eq!(library.tracks[2].overrides.album, None);
    let folds: Vec<_> = library.tracks.iter().map(|track| track.fold.as_deref()).collect();
    assert_eq!(folds, [Some("1"), Some("2"), Some("1")]);
    assert!(library.tracks.iter().all(|track| track.split.is_none()));
    let listed_in = || "library.csv".to_string();
    assert_eq!(
        reasons(&library),
        [
            ("gone.mp3".into(), &SkipReason::Missing { listed_in: listed_in(), line: 6 }),
            (String::new(), &SkipReason::Incomplete { listed_in: listed_in(), line: 7 }),
            ("e.txt".into(), &SkipReason::NotAudio),
        ]
    );
    let named = scan(&folder.path().join("library.csv"), &LibraryOptions::default()).unwrap();
    assert_eq!(named, library, "the manifest itself may be given");
}

#[test]
fn parts_and_folds_are_told_apart() {
    let folder = library(&["1-a.mp3", "2-b.mp3", "c.mp3", "3-d.mp3"]);
    write(
        &folder,
        "library.csv",
        b"path,sub_genre,split,fold\n1-a.mp3,House,,Test\n2-b.mp3,House,train,9\nc.mp3,House,dev,\n3-d.mp3,House,,\n",
    );
    let options = LibraryOptions { fold_pattern: Some(r"^(\d)-".into()), ..LibraryOptions::default() };
    let library = scan(folder.path(), &options).unwrap();
    let found: Vec<_> =
        library.tracks.iter().map(|t| (t.relative_path.as_str(), t.split.as_deref(), t.fold.as_deref())).collect();
    assert_eq!(
        found,
        [
            ("1-a.mp3", Some("Test"), None),
            ("2-b.mp3", Some("train"), Some("9")),
            ("3-d.mp3", None, Some("3")),
            ("c.mp3", Some("dev"), None),
        ]
    );
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test has to be seen")]
fn esc10_has_its_official_folds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/esc10");
    if !root.is_dir() {
        eprintln!("skipped: {} is absent", root.display());
        return;
    }
    let options = LibraryOptions { fold_pattern: Some(r"^(\d)-".into()), ..LibraryOptions::default() };
    let library = scan(&root, &options).unwrap();
    assert_eq!((library.sub_genres.len(), library.tracks.len()), (10, 400));
    assert!(library.sub_genres.iter().all(|sub_genre| sub_genre.genre.is_none()));
    for class in 0..10 {
        for fold in ["1", "2", "3", "4", "5"] {
            let inside = |track: &&LibraryTrack| track.sub_genre == class && track.fold.as_deref() == Some(fold);
            assert_eq!(library.tracks.iter().filter(inside).count(), 8, "class {class}, fold {fold}");
        }
    }
    assert_eq!(reasons(&library), [("LICENSES.md".into(), &SkipReason::NotAudio)]);
}

#[test]
fn manifests_that_make_no_sense_are_refused() {
    let folder = library(&["a.mp3"]);
    write(&folder, "library.csv", b"path;subgenre\na.mp3;House\n");
    assert_eq!(names(&scanned(&folder)), ["House"], "semicolons");
    write(&folder, "library.csv", b"file,sub_genre\na.mp3,House\n");
    let error = scan(folder.path(), &LibraryOptions::default()).unwrap_err();
    assert!(
        matches!(&error, LibraryError::Column { column: "path", found, .. } if found == "file, sub_genre"),
        "{error}"
    );
    write(&folder, "library.csv", b"path,sub_genre\na.mp3\n");
    assert!(matches!(scan(folder.path(), &LibraryOptions::default()), Err(LibraryError::Csv { .. })));
    write(&folder, "library.csv", b"");
    assert!(matches!(scan(folder.path(), &LibraryOptions::default()), Err(LibraryError::Column { .. })));
    write(&folder, "library.csv", b"path,sub_genre\na.mp3,House\na.mp3,Techno\n");
    assert!(matches!(scan(folder.path(), &LibraryOptions::default()), Err(LibraryError::Duplicate { .. })));
}

#[test]
fn options_refuse_unknown_keys() {
    let parse = serde_json::from_str::<LibraryOptions>;
    assert!(parse(r#"{"layuot": "folders"}"#).is_err());
    assert_eq!(parse(r#"{"layout": "folders"}"#).unwrap().layout, Layout::Folders);
    assert_eq!(parse("{}").unwrap(), LibraryOptions::default());
    LibraryOptions::default().validate().unwrap();
}
