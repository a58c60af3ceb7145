//! What to fetch: URLs that this program can do something with, and why others are refused.
//!
//! All of them are looked at before the first is fetched, so that a mistake in the last line of a list
//! is told at once, and not after an hour.

use std::error::Error;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use hyper::Uri;
use hyper::http::uri::{Authority, InvalidUri};

/// An absolute `http://` URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    uri: Uri,
    host: Authority,
}

impl Target {
    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The host, with the port if there is one.
    pub(crate) fn host(&self) -> &Authority {
        &self.host
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)
    }
}

impl FromStr for Target {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        let uri: Uri = text.parse().map_err(BadUrl::Malformed)?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") => return Err(BadUrl::Https),
            Some(other) => return Err(BadUrl::Scheme(other.to_owned())),
            None => return Err(BadUrl::NoScheme),
        }
        let host = uri.authority().ok_or(BadUrl::NoHost)?.clone();
        if host.as_str().contains('@') {
            // The client would leave it out, and the server would refuse for no reason one can see.
            return Err(BadUrl::Credentials);
        }
        if host.host().is_empty() {
            return Err(BadUrl::NoHost);
        }
        Ok(Self { uri, host })
    }
}

/// Why a URL is refused.
#[derive(Debug)]
pub(crate) enum BadUrl {
    Malformed(InvalidUri),
    NoScheme,
    Https,
    Scheme(String),
    Credentials,
    NoHost,
}

impl fmt::Display for BadUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::NoScheme => f.write_str("it does not begin with http://"),
            Self::Https => f.write_str("https is not supported, this program has no TLS"),
            Self::Scheme(scheme) => write!(f, "{scheme} is not supported, http is"),
            Self::Credentials => f.write_str("a user name or password is not supported"),
            Self::NoHost => f.write_str("there is no host in it"),
        }
    }
}

impl Error for BadUrl {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // `Malformed` shows as what is in it, so that goes on with the source of that.
            Self::Malformed(error) => error.source(),
            _ => None,
        }
    }
}

/// Reads the URLs of a file, or of stdin if it is called `-`: one a line, but for blank lines and those
/// that begin with `#`.
pub(crate) fn read_list(path: &Path) -> Result<Vec<Target>, BadList> {
    let text = match path.to_str() {
        Some("-") => io::read_to_string(io::stdin()),
        _ => fs::read_to_string(path),
    };
    let text = text.map_err(|error| BadList::Unreadable { path: path.to_owned(), error })?;
    let targets = parse_list(&text)?;
    if targets.is_empty() { Err(BadList::Empty(path.to_owned())) } else { Ok(targets) }
}

pub(crate) fn parse_list(text: &str) -> Result<Vec<Target>, BadList> {
    let lines = (1..).zip(text.lines().map(str::trim));
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            line.parse().map_err(|error| BadList::Line { number, text: line.to_owned(), error })
        })
        .collect()
}

/// Why a list of URLs is refused.
#[derive(Debug)]
pub(crate) enum BadList {
    Unreadable { path: PathBuf, error: io::Error },
    Empty(PathBuf),
    Line { number: usize, text: String, error: BadUrl },
}

impl fmt::Display for BadList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, error } => {
                write!(f, "cannot read {}: {error}", path.display())
            }
            Self::Empty(path) => write!(f, "there are no URLs in {}", path.display()),
            Self::Line { number, text, error } => write!(f, "line {number}: '{text}': {error}"),
        }
    }
}

impl Error for BadList {}
