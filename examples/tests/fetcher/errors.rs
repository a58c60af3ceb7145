//! What is refused before anything is fetched, and why.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::site::{BadFolder, Site};
use crate::target::{BadList, BadUrl, Target, parse_list, read_list};
use crate::weather::Weather;

fn refused(text: &str) -> BadUrl {
    text.parse::<Target>().unwrap_err()
}

#[test]
fn a_url_is_http_and_has_a_host() {
    for url in ["http://a/", "http://127.0.0.1:8080/x/y?z=1", "http://[::1]/", "HTTP://EXAMPLE.COM"]
    {
        assert!(url.parse::<Target>().is_ok(), "{url}");
    }
    assert!(matches!(refused("https://a/"), BadUrl::Https));
    assert!(matches!(refused("ftp://a/"), BadUrl::Scheme(scheme) if scheme == "ftp"));
    assert!(matches!(refused("example.com"), BadUrl::NoScheme));
    assert!(matches!(refused("/path"), BadUrl::NoScheme));
    assert!(matches!(refused("http://me:secret@a/"), BadUrl::Credentials));
    assert!(matches!(refused("http://a/b c"), BadUrl::Malformed(_)));
    assert!(matches!(refused(""), BadUrl::Malformed(_)));
    for nowhere in ["http://", "http:///path", "http://:80/"] {
        assert!(matches!(refused(nowhere), BadUrl::Malformed(_) | BadUrl::NoHost), "{nowhere}");
    }
}

#[test]
fn a_refusal_says_why_once() {
    for (url, why) in [
        ("https://a/", "https is not supported, this program has no TLS"),
        ("example.com", "it does not begin with http://"),
        ("http://a/b c", "invalid uri character"),
    ] {
        let error = refused(url);
        assert_eq!(error.to_string(), why);
        assert!(error.source().is_none_or(|source| source.to_string() != why));
    }
}

#[test]
fn a_list_has_comments() {
    let targets = parse_list("# first\n\n http://a/ \r\n  # second\nhttp://b/\nhttp://a/").unwrap();
    let targets: Vec<_> = targets.iter().map(Target::to_string).collect();
    assert_eq!(targets, ["http://a/", "http://b/", "http://a/"]);
}

#[test]
fn a_list_says_which_line_is_wrong() {
    let error = parse_list("http://a/\n\nhttps://b/\nnonsense").unwrap_err();
    assert!(matches!(&error, BadList::Line { number: 3, error: BadUrl::Https, .. }));
    let told = "line 3: 'https://b/': https is not supported, this program has no TLS";
    assert_eq!(error.to_string(), told);
}

#[test]
fn a_list_has_to_be_there_and_hold_something() {
    let dir = tempfile::tempdir().unwrap();
    let list = dir.path().join("list");
    assert!(matches!(read_list(&list), Err(BadList::Unreadable { path, .. }) if path == list));
    fs::write(&list, "# none\n").unwrap();
    assert!(matches!(read_list(&list), Err(BadList::Empty(path)) if path == list));
    fs::write(&list, "http://a/\n").unwrap();
    assert_eq!(read_list(&list).unwrap().len(), 1);
}

#[test]
fn a_folder_has_to_be_there_and_hold_something() {
    let weather = Weather { seed: 1, latency: Duration::ZERO, faults: 0 };
    let dir = tempfile::tempdir().unwrap();
    let of = |path: &Path| Site::of_folder(path, weather);
    assert!(matches!(of(&dir.path().join("missing")), Err(BadFolder::Unreadable(_))));
    assert!(matches!(of(dir.path()), Err(BadFolder::Empty(path)) if path == dir.path()));
}
