//! `client_once`: a client that connects when it is first asked, once, however many ask.
//!
//! An attempt that fails leaves the cell empty: whoever waited with it makes one of their own, and so
//! does whoever asks later. An attempt whose caller gives up is dropped with it, and the next in line
//! begins anew. Nobody waits for a connection that nobody makes.
//!
//! The protocol is the simplest there is: the server greets with a line, and answers a line with a
//! line.

use std::io;

use clap::Parser;
use taut::sync::{Mutex, OnceCell};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::TcpStream;

/// A connection that has been greeted.
#[derive(Debug)]
struct Connection {
    stream: BufStream<TcpStream>,
}

impl Connection {
    async fn open(server: &str) -> io::Result<Self> {
        let mut connection = Self { stream: BufStream::new(TcpStream::connect(server).await?) };
        connection.line().await?;
        Ok(connection)
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}

/// Asks a server questions, and has no connection before the first.
#[derive(Debug)]
pub(crate) struct Client {
    server: String,
    /// The lock is held from a question to its answer, across awaits.
    connection: OnceCell<Mutex<Connection>>,
}

impl Client {
    pub(crate) fn new(server: String) -> Self {
        Self { server, connection: OnceCell::new() }
    }

    async fn connection(&self) -> io::Result<&Mutex<Connection>> {
        let open = || async { Ok(Mutex::new(Connection::open(&self.server).await?)) };
        self.connection.get_or_try_init(open).await
    }

    pub(crate) async fn ask(&self, question: &str) -> io::Result<String> {
        let mut connection = self.connection().await?.lock().await;
        connection.stream.write_all(format!("{question}\n").as_bytes()).await?;
        connection.stream.flush().await?;
        connection.line().await
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connection.is_initialized()
    }
}

/// Sends each line of stdin to a server, and prints its answers. It connects for the first line; if
/// that fails, it says so, and tries again for the next.
#[derive(Debug, Parser)]
struct Args {
    /// Its address and port.
    server: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let client = Client::new(Args::parse().server);
    for line in io::stdin().lines() {
        match client.ask(&line?).await {
            Ok(answer) => println!("{answer}"),
            // A connection that breaks later is not made again: that is the work of a pool.
            Err(error) if client.is_connected() => return Err(error),
            Err(error) => eprintln!("client_once: {error}"),
        }
    }
    Ok(())
}
