use super::*;

fn track(path: Option<&str>, artist: Option<&str>, title: &str, duration_s: f32) -> TrackMeta {
    TrackMeta {
        title: title.into(),
        artist: artist.map(Into::into),
        path: path.map(Into::into),
        duration_s,
        ..TrackMeta::default()
    }
}

/// A library that publishes its paths.
fn with_paths(paths: &[&str]) -> Matcher {
    Matcher::new(paths.iter().map(|path| track(Some(path), None, "", 100.0)))
}

/// A library of artists and titles.
fn with_names(names: &[(Option<&str>, &str, f32)]) -> Matcher {
    Matcher::new(names.iter().map(|&(artist, title, duration_s)| track(None, artist, title, duration_s)))
}

fn entry(path: &str, artist: &str, title: &str, duration_s: f32) -> PlaylistEntry {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    PlaylistEntry {
        path: some(path),
        artist: some(artist),
        title: some(title),
        duration_s: Some(duration_s).filter(|&duration_s| duration_s > 0.0),
        key: None,
    }
}

use Match::{None as Nothing, Track, Unsure};

#[test]
fn the_picked_folder_may_be_the_librarys_one_above_or_one_inside() {
    let library = with_paths(&["House/Deep/01.wav", "House/02.wav", "Techno/01.wav"]);
    let all = [Track(0), Track(1), Track(2)];
    assert_eq!(library.match_files(["House/Deep/01.wav", "House/02.wav", "Techno/01.wav"]), all);
    assert_eq!(
        library.match_files(["My Music/House/Deep/01.wav", "My Music/House/02.wav", "My Music/Techno/01.wav"]),
        all
    );
    let above = ["a/b/House/Deep/01.wav", "a/b/House/02.wav", "a/b/Techno/01.wav", "a/c/Trance/01.wav"];
    assert_eq!(library.match_files(above)[..3], all);
    // Inside, with and without the name of the folder.
    assert_eq!(library.match_files(["House/Deep/01.wav", "House/02.wav"]), all[..2]);
    assert_eq!(library.match_files(["Deep/01.wav", "02.wav"]), all[..2]);
    assert_eq!(library.match_files(["Techno/01.wav"]), all[2..]);
}

#[test]
fn a_renamed_folder_is_recognised_by_the_files_in_it() {
    let library = with_paths(&["Techno/a.wav", "Techno/b.wav", "House/a.wav", "House/c.wav"]);
    assert_eq!(library.match_files(["Techno 2026/a.wav", "Techno 2026/b.wav"]), [Track(0), Track(1)]);
    // One file of that name may be another track.
    assert_eq!(library.match_files(["Trance/b.wav"]), [Unsure(vec![1])]);
    assert_eq!(library.match_files(["Trance/a.wav"]), [Unsure(vec![2, 0])]);
}

#[test]
fn a_file_of_the_same_name_elsewhere_is_not_the_track() {
    let library = with_paths(&["a.wav", "b.wav", "c.wav"]);
    let files = ["Music/a.wav", "Music/b.wav", "Music/old/b.wav", "Music/new/c.wav"];
    assert_eq!(library.match_files(files), [Track(0), Track(1), Nothing, Unsure(vec![2])]);
    let library = with_paths(&["A/1.wav", "A/2.wav", "A/3.wav", "B/1.wav", "B/4.wav"]);
    // The library's own folders, and another that is numbered like one of them.
    let files = ["A/1.wav", "A/2.wav", "A/3.wav", "B/1.wav", "C/1.wav", "C/4.wav"];
    assert_eq!(library.match_files(files), [Track(0), Track(1), Track(2), Track(3), Nothing, Unsure(vec![4])]);
}

#[test]
fn letters_may_be_composed_or_not_and_of_another_case() {
    let library = with_paths(&["Techno/Ros\u{e9}n.wav", "Techno/ROS\u{c9}N.wav", "House/ガラス.wav"]);
    let files = ["Techno/ROSE\u{301}N.wav", "Techno/Rose\u{301}n.wav", "house/カ\u{3099}ラス.WAV"];
    assert_eq!(library.match_files(files), [Track(1), Track(0), Track(2)]);
    // Another encoding of the same file.
    assert_eq!(library.match_files(["House/ガラス.mp3"]), [Track(2)]);
}

#[test]
fn no_two_files_are_one_track() {
    let library = with_paths(&["Techno/a.wav", "Techno/b.wav"]);
    let files = ["copy/a.wav", "Music/Techno/a.flac", "Music/Techno/a.wav", "Music/Techno/b.wav"];
    let found = library.match_files(files);
    assert_eq!(found.iter().filter(|&found| *found == Track(0)).count(), 1, "{found:?}");
    assert_eq!(found[3], Track(1));
}

#[test]
fn file_names_are_read_as_people_make_them() {
    let library = with_names(&[
        (Some("AC/DC"), "Käse: live?", 100.0),
        (Some("Rosén"), "Halo", 100.0),
        (None, "99 Problems", 100.0),
        (Some("U2"), "One", 100.0),
        (Some("Rosén feat. Ånna"), "Glow (Original Mix)", 100.0),
    ]);
    for (file, track) in [
        ("AC_DC - Käse_ live_.mp3", 0),
        ("03 - AC DC - kase live.mp3", 0),
        ("Rosén/Album (2001)/1-03. Halo.flac", 1),
        ("Rosén - Album/A1 Halo.flac", 1),
        ("Rose\u{301}n - Album - 03 - Halo.flac", 1),
        ("2001 - Album/03 Rosén - Halo.wav", 1),
        ("ROSEN_HALO.wav", 1),
        ("99 Problems.mp3", 2),
        ("01 99 Problems.mp3", 2),
        ("U2 - One.mp3", 3),
        ("Rosén - Glow (Original Mix).mp3", 4),
        ("Rosén feat. Ånna - Glow (Original Mix).mp3", 4),
    ] {
        assert_eq!(library.match_files([file]), [Track(track)], "{file}");
    }
    for (file, found) in [
        // Somebody else's.
        ("Other - Halo.mp3", Nothing),
        ("Halo Effect.mp3", Nothing),
        // It may be: the duration has to tell.
        ("Halo.mp3", Unsure(vec![1])),
        ("03 - Halo.mp3", Unsure(vec![1])),
        ("Rosén - Halo (Radio Edit).mp3", Unsure(vec![1])),
        ("Rosén - Glow.mp3", Unsure(vec![4])),
    ] {
        assert_eq!(library.match_files([file]), [found], "{file}");
    }
}

#[test]
fn durations_decide_among_several_and_refuse_others() {
    let library = with_names(&[
        (Some("A"), "Halo", 100.0),
        (Some("A"), "Halo", 200.0),
        (Some("A"), "Halo (Live)", 300.0),
        (Some("A"), "Glow", f32::NAN),
    ]);
    let found = |duration_s| library.match_entries(&[entry("", "A", "Halo", duration_s)]).remove(0);
    assert_eq!(found(0.0), Unsure(vec![0, 1]));
    assert_eq!(found(101.9), Track(0));
    assert_eq!(found(198.1), Track(1));
    assert_eq!(found(150.0), Nothing);
    // Another edition only by its duration.
    assert_eq!(found(300.0), Track(2));
    assert_eq!(library.match_entries(&[entry("", "A", "Glow", 5.0)]), [Track(3)]);
    assert_eq!(library.decide(&[0, 1], 199.0), Some(1));
    assert_eq!(library.decide(&[0, 1], 150.0), None);
    assert_eq!(library.decide(&[0, 0], 100.0), None);
    assert_eq!(library.decide(&[9], 100.0), None);
}

#[test]
fn entries_are_found_under_the_roots_of_other_machines() {
    let library = with_paths(&["My Techno/a b.wav", "House/a b.wav", "House/c.wav"]);
    let entries = |paths: &[&str]| {
        let entries: Vec<_> = paths.iter().map(|path| entry(path, "", "", 0.0)).collect();
        library.match_entries(&entries)
    };
    let in_order = [Track(0), Track(1), Track(1)];
    assert_eq!(
        entries(&["D:\\Music\\My Techno\\a b.wav", "D:\\Music\\House\\a b.wav", "D:\\Music\\House\\a b.wav"]),
        in_order
    );
    assert_eq!(entries(&["../My%20Techno/a%20b.wav", "../House/a%20b.wav", "../House/a%20b.wav"]), in_order);
    assert_eq!(entries(&["http://nas/My%20Techno/a%20b.wav"]), [Track(0)]);
}

#[test]
fn names_choose_among_files_of_one_name() {
    let library = Matcher::new([
        track(Some("X/01.wav"), Some("A"), "Halo", 100.0),
        track(Some("Y/01.wav"), Some("B"), "Glow", 100.0),
    ]);
    assert_eq!(library.match_entries(&[entry("Z/01.wav", "B", "Glow", 0.0)]), [Track(1)]);
    assert_eq!(library.match_entries(&[entry("Z/01.wav", "", "", 0.0)]), [Unsure(vec![0, 1])]);
    // What the list says of the track counts less than where it is.
    assert_eq!(library.match_entries(&[entry("X/01.wav", "B", "Glow", 0.0)]), [Track(0)]);
}

#[test]
fn a_key_is_believed_before_names() {
    let tracks = [track(None, Some("A"), "Halo", 100.0), track(None, Some("B"), "Glow", 100.0)];
    let library = Matcher::new(&tracks);
    let keyed = PlaylistEntry { key: Some(TrackKey::of(&tracks[1])), ..entry("", "A", "Halo", 0.0) };
    assert_eq!(library.match_entries(&[keyed]), [Track(1)]);
    assert_eq!(library.keys().find(TrackKey::of(&tracks[0])), Some(0));
}

#[test]
fn nothing_is_found_in_nothing() {
    assert_eq!(Matcher::default().match_files(["a.mp3", ""]), [Nothing, Nothing]);
    assert_eq!(
        with_names(&[(None, "", 1.0)]).match_files(["", "/", ".mp3", "a"]),
        [Nothing, Nothing, Nothing, Nothing]
    );
    assert!(with_names(&[(None, "a", 1.0)]).match_entries(&[]).is_empty());
}

/// Time per file does not grow with the number of tracks of the same name.
#[test]
fn a_library_of_one_name_is_matched_in_no_time() {
    let library = Matcher::new((0..50_000).map(|i| track(Some(&format!("{i}/intro.wav")), None, "Intro", 100.0)));
    let found = library.match_files((0..2_000).map(|i| format!("Music/{i}/intro.wav")));
    assert!(found.iter().zip(0..).all(|(found, i)| *found == Track(i)));
    let found = library.match_files((0..2_000).map(|i| format!("Music/x{i}/intro.wav")));
    assert!(found.iter().all(|found| matches!(found, Unsure(tracks) if tracks.len() >= 64)));
}
