//! The service as a user runs it: what it answers, what it asks of another server, and on Unix what it
//! does with signals. That other server is a test, so it knows when a call is under way.

mod program;

use std::io::{self, BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Stdio};

use crate::program::program;

/// A running service, and its stdout line by line. Dropped, it is killed.
struct Running {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl Running {
    fn start(args: &[&str]) -> io::Result<Self> {
        let mut child = program("service").args(args).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut running =
            Self { child, stdout: BufReader::new(stdout).lines(), address: String::new() };
        let line = running.line()?;
        let address = line.strip_prefix("listening on ").ok_or(io::ErrorKind::InvalidData)?;
        running.address = address.to_owned();
        Ok(running)
    }

    fn line(&mut self) -> io::Result<String> {
        self.stdout.next().unwrap_or(Err(io::ErrorKind::UnexpectedEof.into()))
    }

    /// A request that is not answered yet. `more` are lines of its head.
    fn ask(&self, path: &str, more: &str) -> io::Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.address)?;
        let head = format!("GET {path} HTTP/1.1\r\nHost: it\r\nConnection: close\r\n{more}\r\n");
        stream.write_all(head.as_bytes())?;
        Ok(stream)
    }

    fn get(&self, path: &str) -> io::Result<(u16, String)> {
        answer(self.ask(path, "")?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It fails if the child has ended, which is what is wanted.
        self.child.kill().and_then(|()| self.child.wait()).ok();
    }
}

/// The status of an answer, and its body.
fn answer(stream: TcpStream) -> io::Result<(u16, String)> {
    let text = io::read_to_string(stream)?;
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = text.split_once("\r\n\r\n").map(|(_head, body)| body.to_owned());
    status.zip(body).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

/// A call that another server has got.
struct Call {
    stream: TcpStream,
    head: Vec<String>,
}

impl Call {
    fn accept(server: &TcpListener) -> io::Result<Self> {
        let (stream, _peer) = server.accept()?;
        let lines = BufReader::new(&stream).lines();
        let head = lines.take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()));
        let head = head.collect::<io::Result<_>>()?;
        Ok(Self { stream, head })
    }

    fn path(&self) -> &str {
        self.head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default()
    }

    fn timeout(&self) -> Option<u64> {
        self.head.iter().find_map(|line| line.strip_prefix("x-timeout-ms: "))?.parse().ok()
    }

    fn answer(mut self, body: &str) -> io::Result<()> {
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close");
        self.stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes())
    }

    /// Returns when the service has left.
    fn left(mut self) -> io::Result<()> {
        assert_eq!(self.stream.read(&mut [0])?, 0);
        Ok(())
    }
}

/// A service that asks a server, and that server.
fn with_upstream(args: &[&str]) -> io::Result<(Running, TcpListener)> {
    let server = TcpListener::bind("127.0.0.1:0")?;
    let address = server.local_addr()?.to_string();
    let args = [&["--upstream", &address], args].concat();
    Ok((Running::start(&args)?, server))
}

#[test]
fn answers_from_a_simulation() -> io::Result<()> {
    let running = Running::start(&["--latency", "0"])?;
    assert_eq!(running.get("/health")?, (200, "ok\n".to_owned()));
    assert_eq!(running.get("/item/7")?, (200, "catalog of 7\n".to_owned()));
    let (status, page) = running.get("/page/7")?;
    assert_eq!(status, 200);
    assert!(page.starts_with("price of 7\nstock of 7\nreviews of 7\n"), "{page}");
    assert_eq!(running.get("/item/seven")?.0, 400);
    assert_eq!(answer(running.ask("/item/7", "x-timeout-ms: soon\r\n")?)?.0, 400);
    assert_eq!(running.get("/cart")?.0, 404);

    let stats = running.get("/stats")?.1;
    for line in [
        "requests begun=3 in_flight=0 answered=3 left=0 cut=0",
        "flights now=0",
        "catalog begun=1 done=1 failed=0 cancelled=0 running=0 most=1 free=8 waiting=0",
        "price begun=1 done=1 failed=0 cancelled=0 running=0 most=1 free=8 waiting=0",
    ] {
        assert!(stats.lines().any(|it| it == line), "{line}: {stats}");
    }
    Ok(())
}

#[test]
fn a_page_fails_at_once_when_a_part_does() -> io::Result<()> {
    // The others would take too long for a test.
    let args = ["--latency", "600", "--longest", "600", "--faulty", "stock"];
    let running = Running::start(&args)?;
    let told = "stock failed: it is out of order\n".to_owned();
    assert_eq!(running.get("/page/7")?, (502, told));
    let stats = running.get("/stats")?.1;
    let stock = "stock begun=1 done=0 failed=1 cancelled=0 running=0 most=1 free=8 waiting=0";
    assert!(stats.lines().any(|it| it == stock), "{stats}");
    Ok(())
}

#[test]
fn asks_another_server_in_the_time_that_is_left() -> io::Result<()> {
    let (running, server) = with_upstream(&[])?;
    let client = running.ask("/page/7", "x-timeout-ms: 9999\r\n")?;
    let mut paths = Vec::new();
    let calls = [(); 4].map(|()| Call::accept(&server));
    for call in calls {
        let call = call?;
        assert!(call.timeout().is_some_and(|left| left < 9999), "{:?}", call.head);
        paths.push(call.path().to_owned());
        call.answer("text")?;
    }
    paths.sort();
    assert_eq!(paths, ["/price/7", "/related/7", "/reviews/7", "/stock/7"]);
    let (status, page) = answer(client)?;
    assert_eq!(status, 200);
    assert!(page.starts_with("text\ntext\ntext\n"), "{page}");
    Ok(())
}

#[test]
fn a_client_that_leaves_takes_its_call_along() -> io::Result<()> {
    let (running, server) = with_upstream(&[])?;
    let client = running.ask("/item/7", "")?;
    let call = Call::accept(&server)?;
    drop(client);
    call.left()?;
    let stats = running.get("/stats")?.1;
    assert!(stats.contains("requests begun=1 in_flight=0 answered=0 left=1 cut=0\n"), "{stats}");
    assert!(stats.contains("flights now=0\n"), "{stats}");
    assert!(stats.contains("catalog begun=1 done=0 failed=0 cancelled=1 "), "{stats}");
    Ok(())
}

#[test]
fn says_what_another_server_did() -> io::Result<()> {
    let (running, server) = with_upstream(&[])?;
    let client = running.ask("/item/7", "")?;
    let mut call = Call::accept(&server)?;
    call.stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?;
    let told = "catalog failed: it answered 404 Not Found\n".to_owned();
    assert_eq!(answer(client)?, (502, told));
    Ok(())
}

#[test]
fn nonsense_is_refused() -> io::Result<()> {
    for args in [
        &["--listen=here"][..],
        &["--places=0"],
        &["--longest=-1"],
        &["--faulty=cart"],
        &["--upstream=localhost:80", "--latency=1"],
    ] {
        assert_eq!(program("service").args(args).output()?.status.code(), Some(2), "{args:?}");
    }
    Ok(())
}

#[cfg(unix)]
mod signals {
    use super::*;
    use rustix::process::{Pid, Signal, kill_process};

    impl Running {
        fn send(&self, signal: Signal) -> io::Result<()> {
            Ok(kill_process(Pid::from_child(&self.child), signal)?)
        }

        /// The last line, and the exit code.
        fn end(&mut self) -> io::Result<(String, Option<i32>)> {
            Ok((self.line()?, self.child.wait()?.code()))
        }
    }

    #[test]
    fn what_has_begun_is_finished_and_nothing_else_accepted() -> io::Result<()> {
        let (mut running, server) = with_upstream(&["--grace", "600"])?;
        let client = running.ask("/item/7", "")?;
        let call = Call::accept(&server)?;
        running.send(Signal::TERM)?;
        assert_eq!(running.line()?, "terminate signal received: 1 in flight, 600s to finish");
        // It says so a moment before it does so.
        while TcpStream::connect(&running.address).is_ok() {}

        call.answer("text")?;
        assert_eq!(answer(client)?, (200, "text\n".to_owned()));
        let told = "stopped: 1 finished, 0 left, 0 cancelled".to_owned();
        assert_eq!(running.end()?, (told, Some(0)));
        Ok(())
    }

    #[test]
    fn what_takes_too_long_is_cancelled() -> io::Result<()> {
        let (mut running, server) = with_upstream(&["--grace", "0"])?;
        let client = running.ask("/item/7", "")?;
        let call = Call::accept(&server)?;
        running.send(Signal::INT)?;
        assert_eq!(running.line()?, "interrupt signal received: 1 in flight, 0ns to finish");
        let told = "the server stops: interrupt signal received\n".to_owned();
        assert_eq!(answer(client)?, (503, told));
        call.left()?;
        let told = "stopped: 0 finished, 0 left, 1 cancelled".to_owned();
        assert_eq!(running.end()?, (told, Some(1)));
        Ok(())
    }

    #[test]
    fn nobody_waits_for_a_client_that_leaves_meanwhile() -> io::Result<()> {
        let (mut running, server) = with_upstream(&["--grace", "600"])?;
        let client = running.ask("/item/7", "")?;
        let _call = Call::accept(&server)?;
        running.send(Signal::TERM)?;
        running.line()?;
        drop(client);
        let told = "stopped: 0 finished, 1 left, 0 cancelled".to_owned();
        assert_eq!(running.end()?, (told, Some(0)));
        Ok(())
    }

    #[test]
    fn a_second_signal_ends_it_at_once() -> io::Result<()> {
        let (mut running, server) = with_upstream(&["--grace", "600"])?;
        let _client = running.ask("/item/7", "")?;
        let _call = Call::accept(&server)?;
        running.send(Signal::TERM)?;
        running.line()?;
        running.send(Signal::TERM)?;
        assert_eq!(running.child.wait()?.code(), Some(128 + 15));
        Ok(())
    }
}
