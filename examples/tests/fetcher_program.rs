//! `fetcher` as a user runs it: by itself, with URLs of a server that is in the test's hand, with
//! nonsense, and on Unix with signals.

mod program;

use std::collections::HashMap;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Output, Stdio};
use std::thread;

use crate::program::program;

/// Fast, for what has nothing to do with the pace.
const FAST: [&str; 4] = ["--latency", "0.001", "--rps", "10000"];

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn fetcher(args: &[&str]) -> io::Result<Output> {
    program("fetcher").args(args).stdin(Stdio::null()).output()
}

/// What is in the table: the status, and what stands after the URL, by URL.
#[derive(Debug)]
struct Table(HashMap<String, (String, String)>);

impl Table {
    /// Fails if a URL has two lines.
    fn of(stdout: &str) -> Self {
        let mut rows = HashMap::new();
        for line in stdout.lines().skip(1).take_while(|line| !line.is_empty()) {
            let (cells, url) = line.split_at(line.find("http://").expect("a URL in each line"));
            let (url, note) = url.split_once("  ").unwrap_or((url, ""));
            let status = cells.split_whitespace().next().expect("a status in each line");
            let row = (status.to_owned(), note.to_owned());
            assert_eq!(rows.insert(url.to_owned(), row), None, "twice: {line}");
        }
        Self(rows)
    }

    fn status(&self, url: &str) -> &str {
        &self.0[url].0
    }

    fn note(&self, url: &str) -> &str {
        &self.0[url].1
    }
}

/// A server that answers when the test says so.
struct Server(TcpListener);

impl Server {
    fn new() -> io::Result<Self> {
        TcpListener::bind("127.0.0.1:0").map(Self)
    }

    fn url(&self, path: &str) -> io::Result<String> {
        Ok(format!("http://{}{path}", self.0.local_addr()?))
    }

    /// The next request, on a connection of its own: its path, and where the answer goes.
    fn request(&self) -> io::Result<(String, TcpStream)> {
        let (stream, _peer) = self.0.accept()?;
        let mut lines = BufReader::new(&stream).lines();
        let first = lines.next().ok_or(io::ErrorKind::UnexpectedEof)??;
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        Ok((path, stream))
    }
}

fn answer(mut stream: TcpStream, status: &str, body: &str) -> io::Result<()> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all((head + body).as_bytes())
}

/// Answers so many requests: those for `/missing` with 404, all others with their path.
fn serve(server: Server, requests: usize) -> thread::JoinHandle<io::Result<()>> {
    thread::spawn(move || {
        for _ in 0..requests {
            match server.request()? {
                (path, stream) if path == "/missing" => answer(stream, "404 Not Found", "")?,
                (path, stream) => answer(stream, "200 OK", &path)?,
            }
        }
        Ok(())
    })
}

#[test]
fn by_default_all_is_fetched() -> io::Result<()> {
    let output = fetcher(&[])?;
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output.stderr), "", "no terminal, no progress");
    let stdout = text(&output.stdout);
    let table = Table::of(&stdout);
    assert_eq!(table.0.len(), 100);
    assert!(table.0.values().all(|(status, note)| status == "200" && note.is_empty()), "{stdout}");
    assert!(stdout.contains("\n100 of 100 fetched, 0 failed, 0 not started; "), "{stdout}");
    assert!(!stdout.contains(" 0 of them repeated\n"), "there are faults: {stdout}");
    assert!(stdout.contains("█") && stdout.contains("p50 "), "{stdout}");
    let at_a_time = stdout.rsplit_once("at most ").map_or("", |(_, rest)| rest);
    let at_a_time = at_a_time.split(' ').next().and_then(|number| number.parse().ok());
    assert!(at_a_time.is_some_and(|number: u32| number <= 6), "{stdout}");
    Ok(())
}

#[test]
fn equal_seeds_give_equal_tables() -> io::Result<()> {
    let table = |seed| -> io::Result<Vec<_>> {
        let options = ["--files", "20", "--faults", "50", "--seed", seed];
        let output = fetcher(&[&options[..], &FAST].concat())?;
        let stdout = text(&output.stdout);
        // All but the latency and the port.
        let rows = stdout.lines().skip(1).take(20).map(|line| {
            let cells: Vec<_> = line.split_whitespace().collect();
            [cells[0], cells[1], cells[3], cells[4]].map(str::to_owned)
        });
        Ok(rows.collect())
    };
    assert_eq!(table("5")?, table("5")?);
    assert_ne!(table("5")?, table("6")?);
    Ok(())
}

#[test]
fn a_folder_is_fetched() -> io::Result<()> {
    let dir = tempfile::tempdir()?;
    fs::write(dir.path().join("abc"), "abc")?;
    fs::write(dir.path().join("empty"), "")?;
    let path = dir.path().to_string_lossy();
    let output = fetcher(&[&["--dir", &path, "--faults", "0"][..], &FAST].concat())?;
    assert!(output.status.success(), "{output:?}");
    let stdout = text(&output.stdout);
    // The digests are those of FIPS 180 and of nothing at all.
    assert!(stdout.contains(" 3  ba7816bf8f01  http://"), "{stdout}");
    assert!(stdout.contains(" 0  e3b0c44298fc  http://"), "{stdout}");
    Ok(())
}

#[test]
fn urls_come_from_arguments_files_and_stdin() -> io::Result<()> {
    let dir = tempfile::tempdir()?;
    let list = dir.path().join("list");
    for stdin in [false, true] {
        let server = Server::new()?;
        let [one, two, three] = ["/one", "/two", "/three"].map(|path| server.url(path));
        let (one, two, three) = (one?, two?, three?);
        fs::write(&list, format!("# a list\n{two}\n\n{three}\n"))?;
        let served = serve(server, 3);
        let mut command = program("fetcher");
        command.arg(&one).arg("--from");
        if stdin {
            command.arg("-").stdin(fs::File::open(&list)?);
        } else {
            command.arg(&list);
        }
        let output = command.output()?;
        assert!(output.status.success(), "{output:?}");
        let stdout = text(&output.stdout);
        let table = Table::of(&stdout);
        assert_eq!([&one, &two, &three].map(|url| table.status(url)), ["200"; 3]);
        let at = [&one, &two, &three].map(|url| stdout.find(url.as_str()));
        assert!(at.is_sorted(), "in the order in which they were given: {stdout}");
        served.join().expect("it does not panic")?;
    }
    Ok(())
}

#[test]
fn what_failed_is_told() -> io::Result<()> {
    let server = Server::new()?;
    let (good, bad) = (server.url("/good")?, server.url("/missing")?);
    let served = serve(server, 2);
    let nobody = Server::new()?.url("/")?;
    let output = fetcher(&[&good, &bad, &nobody, "--retries", "1"])?;
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stdout = text(&output.stdout);
    let table = Table::of(&stdout);
    assert_eq!(table.status(&good), "200");
    assert_eq!((table.status(&bad), table.note(&bad)), ("404", "404 Not Found"));
    assert!(table.note(&nobody).starts_with("no answer: "), "{stdout}");
    assert!(
        stdout.contains("\n1 of 3 fetched, 2 failed, 0 not started; requests 4, 1 of"),
        "{stdout}"
    );
    served.join().expect("it does not panic")
}

#[test]
fn time_is_up() -> io::Result<()> {
    // Connections are accepted, by the system, and nobody ever answers.
    let server = Server::new()?;
    let (url, other) = (server.url("/")?, server.url("/other")?);
    for (option, why) in [("--timeout", "not done in 1ms"), ("--deadline", "the run had 1ms")] {
        let args = [&url, &other, option, "0.001", "--retries", "0", "--concurrency", "1"];
        let output = fetcher(&args)?;
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let stdout = text(&output.stdout);
        let table = Table::of(&stdout);
        let notes = [&url, &other].map(|url| table.note(url));
        assert!(notes.iter().all(|&note| note == why || note == "not started"), "{stdout}");
    }
    Ok(())
}

#[test]
fn nonsense_is_refused() -> io::Result<()> {
    let dir = tempfile::tempdir()?;
    let [list, empty, missing] = ["list", "empty", "missing"].map(|name| dir.path().join(name));
    fs::write(&list, "http://a/\nhttps://b/\n")?;
    fs::write(&empty, "# nothing\n")?;
    let [list, empty, missing] = [&list, &empty, &missing].map(|path| path.to_string_lossy());
    let folder = dir.path().join("folder");
    fs::create_dir(&folder)?;
    let folder = folder.to_string_lossy();
    for (args, told) in [
        (&["https://example.com/"][..], "https is not supported"),
        (&["example.com"], "does not begin with http://"),
        (&["ftp://example.com/"], "ftp is not supported"),
        (&["http://a/ b"], "invalid uri character"),
        (&["--rps", "0"], "--rps"),
        (&["--concurrency", "0"], "--concurrency"),
        (&["--per-host", "0"], "--per-host"),
        (&["--files", "0"], "--files"),
        (&["--timeout", "0"], "no time at all"),
        (&["--timeout=-1"], "--timeout"),
        (&["--timeout", "soon"], "--timeout"),
        (&["--deadline", "0"], "--deadline"),
        (&["--retries=-1"], "--retries"),
        (&["--faults", "101"], "101"),
        (&["--from", &list], "line 2: 'https://b/': https is not supported"),
        (&["--from", &empty], "no URLs in "),
        (&["--from", &missing], "cannot read "),
        (&["--dir", &missing], "missing"),
        (&["--dir", &folder], "no files in "),
        (&["http://a/", "--faults", "1"], "cannot be used with"),
        (&["--nonsense"], "--nonsense"),
    ] {
        let output = fetcher(args)?;
        assert_eq!(output.status.code(), Some(2), "{args:?}: {output:?}");
        let stderr = text(&output.stderr);
        assert!(stderr.contains(told), "{args:?}: {stderr}");
        assert_eq!(text(&output.stdout), "", "{args:?}");
    }
    Ok(())
}

#[cfg(unix)]
mod signals {
    use super::*;
    use rustix::process::{Pid, Signal, kill_process};
    use std::net::Shutdown;
    use std::process::Child;

    /// A running `fetcher`. Dropped, it is killed.
    struct Running(Child);

    impl Drop for Running {
        fn drop(&mut self) {
            // It fails if the child has ended, which is what is wanted.
            self.0.kill().and_then(|()| self.0.wait()).ok();
        }
    }

    impl Running {
        fn start(args: &[&str]) -> io::Result<Self> {
            let mut command = program("fetcher");
            command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map(Self)
        }

        /// Fetches `/0` to `/4`, two at a time.
        fn of(server: &Server) -> io::Result<(Self, Vec<String>)> {
            let urls: Vec<_> =
                (0..5).map(|index| server.url(&format!("/{index}"))).collect::<io::Result<_>>()?;
            let mut args: Vec<_> = urls.iter().map(String::as_str).collect();
            args.extend(["--concurrency", "2", "--rps", "10000", "--timeout", "600"]);
            Ok((Self::start(&args)?, urls))
        }

        fn send(&self, signal: Signal) -> io::Result<()> {
            Ok(kill_process(Pid::from_child(&self.0), signal)?)
        }

        /// The first line on stderr.
        fn told(&mut self) -> io::Result<String> {
            let stderr = self.0.stderr.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
            let mut line = String::new();
            BufReader::new(stderr).read_line(&mut line)?;
            Ok(line)
        }

        /// The exit code, and the table.
        fn wait(&mut self) -> io::Result<(Option<i32>, String)> {
            let stdout = self.0.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
            let stdout = io::read_to_string(stdout)?;
            Ok((self.0.wait()?.code(), stdout))
        }
    }

    #[test]
    fn the_first_lets_what_is_in_flight_finish() -> io::Result<()> {
        for (signal, name, code) in
            [(Signal::INT, "interrupt", 130), (Signal::TERM, "terminate", 143)]
        {
            let server = Server::new()?;
            let (mut running, urls) = Running::of(&server)?;
            let (path, stream) = server.request()?;
            answer(stream, "200 OK", &path)?;
            // As many as may be, so that the last two cannot have begun.
            let in_flight = [server.request()?, server.request()?];
            running.send(signal)?;
            let told = running.told()?;
            assert!(
                told.contains(&format!("{name} signal received: no request begins, ")),
                "{told}"
            );
            for (path, stream) in in_flight {
                answer(stream, "200 OK", &path)?;
            }
            let (got, stdout) = running.wait()?;
            assert_eq!(got, Some(code), "{stdout}");
            let table = Table::of(&stdout);
            assert_eq!(table.0.len(), 5, "{stdout}");
            let fetched = urls.iter().filter(|url| table.status(url) == "200").count();
            let missing = urls.iter().filter(|url| table.note(url) == "not started").count();
            assert_eq!((fetched, missing), (3, 2), "{stdout}");
        }
        Ok(())
    }

    #[test]
    fn the_second_ends_it_at_once() -> io::Result<()> {
        let server = Server::new()?;
        let (mut running, _urls) = Running::of(&server)?;
        let _in_flight = [server.request()?, server.request()?];
        running.send(Signal::INT)?;
        running.told()?;
        running.send(Signal::INT)?;
        assert_eq!(running.wait()?, (Some(130), String::new()));
        Ok(())
    }

    #[test]
    fn a_wait_for_another_try_is_given_up() -> io::Result<()> {
        let server = Server::new()?;
        let url = server.url("/")?;
        let mut running = Running::start(&[&url, "--retries", "99"])?;
        let (_path, mut stream) = server.request()?;
        let head = "HTTP/1.1 503 Busy\r\nRetry-After: 10\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(head.as_bytes())?;
        // The client closes its side when it has read the end of ours, and so the answer before it.
        stream.shutdown(Shutdown::Write)?;
        assert_eq!(io::copy(&mut stream, &mut io::sink())?, 0);
        running.send(Signal::INT)?;
        let (code, stdout) = running.wait()?;
        assert_eq!(code, Some(130), "{stdout}");
        let table = Table::of(&stdout);
        assert_eq!(table.status(&url), "503", "{stdout}");
        assert!(stdout.contains("\n0 of 1 fetched, 1 failed, 0 not started"), "{stdout}");
        Ok(())
    }
}
