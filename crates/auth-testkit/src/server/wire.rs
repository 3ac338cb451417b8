//! A connection whose answers can be cut, stopped and slowed down.

use std::future::Future;
use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::fault::Gate;

/// Where an answer is cut: after so many bytes of its headers, or of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    InHeaders(usize),
    InBody(usize),
}

/// How an answer goes on at the cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Reset,
    Stall,
    /// One byte at a time, with a pause.
    Drip(Duration),
}

/// The treatment of an answer on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    cut: Cut,
    pub(crate) then: Then,
    progress: Progress,
}

/// How much of the answer was sent.
#[derive(Clone, Debug, Default)]
struct Progress {
    headers: usize,
    body: usize,
    /// How many bytes of the headers' end were just sent.
    matched: usize,
}

const END_OF_HEADERS: [u8; 4] = *b"\r\n\r\n";

impl Progress {
    fn is_in_body(&self) -> bool {
        self.matched == END_OF_HEADERS.len()
    }

    fn advance(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.is_in_body() {
                self.body += 1;
            } else {
                self.headers += 1;
                self.matched = match END_OF_HEADERS.get(self.matched) {
                    Some(expected) if expected == byte => self.matched + 1,
                    _ => usize::from(*byte == b'\r'),
                };
            }
        }
    }
}

impl Script {
    pub(crate) fn new(cut: Cut, then: Then) -> Self {
        Self { cut, then, progress: Progress::default() }
    }

    /// How many of these bytes come before the cut.
    fn before_cut(&self, bytes: &[u8]) -> usize {
        let mut progress = self.progress.clone();
        let is_before = |progress: &Progress| match self.cut {
            Cut::InHeaders(count) => progress.headers < count,
            Cut::InBody(count) => !progress.is_in_body() || progress.body < count,
        };
        let passes = |byte: &&u8| {
            let passes = is_before(&progress);
            progress.advance(std::slice::from_ref(*byte));
            passes
        };
        bytes.iter().take_while(passes).count()
    }
}

/// Sets the script of the next answer on a connection, and the gate that ends its stall.
#[derive(Clone, Default)]
pub(crate) struct WireControl(Arc<Mutex<Option<(Script, Gate)>>>);

impl WireControl {
    pub(crate) fn set(&self, script: Option<(Script, Gate)>) {
        *self.lock() = script;
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Script, Gate)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection.
pub(crate) struct Wire {
    stream: Arc<TcpStream>,
    control: WireControl,
    stall: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    pause: Option<Pin<Box<Sleep>>>,
    is_reset: bool,
}

impl Wire {
    pub(crate) fn new(stream: Arc<TcpStream>) -> Self {
        Self { stream, control: WireControl::default(), stall: None, pause: None, is_reset: false }
    }

    pub(super) fn control(&self) -> WireControl {
        self.control.clone()
    }

    fn poll_send(&self, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.stream.poll_write_ready(cx))?;
            match self.stream.try_write(bytes) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return Poll::Ready(result),
            }
        }
    }

    /// Closes the connection so that the peer gets a reset instead of an end of stream.
    fn reset(&mut self) -> io::Error {
        self.is_reset = true;
        // The option takes effect when hyper drops the connection because of the error. If setting it fails, the stream
        // just ends.
        let _ = self.stream.set_zero_linger();
        io::ErrorKind::ConnectionReset.into()
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            ready!(self.stream.poll_read_ready(cx))?;
            match self.stream.try_read(buffer.initialize_unfilled()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
                Ok(count) => {
                    buffer.advance(count);
                    return Poll::Ready(Ok(()));
                }
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let control = self.control.clone();
        let mut running = control.lock();
        let Some((script, gate)) = running.as_mut() else { return self.poll_send(cx, bytes) };
        let mut allowed = script.before_cut(bytes);
        if allowed == 0 {
            match script.then {
                Then::Reset => return Poll::Ready(Err(self.reset())),
                Then::Stall => {
                    let stall = self.stall.get_or_insert_with(|| Box::pin(gate.wait()));
                    ready!(stall.as_mut().poll(cx));
                    self.stall = None;
                    *running = None;
                    return self.poll_send(cx, bytes);
                }
                Then::Drip(length) => {
                    let pause = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(length)));
                    ready!(pause.as_mut().poll(cx));
                    allowed = 1;
                }
            }
        }
        let sent = ready!(self.poll_send(cx, bytes.get(..allowed).unwrap_or(bytes)))?;
        self.pause = None;
        script.progress.advance(bytes.get(..sent).unwrap_or(bytes));
        Poll::Ready(Ok(sent))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.is_reset {
            // An error means that the connection is closed already.
            let _ = SockRef::from(&*self.stream).shutdown(Shutdown::Write);
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nx: y\r\n\r\nbody";

    #[test]
    fn an_answer_is_cut_at_the_given_byte_whatever_the_chunks() {
        let body = ANSWER.len() - 4;
        for (cut, expected) in
            [(Cut::InHeaders(0), 0), (Cut::InHeaders(5), 5), (Cut::InBody(0), body), (Cut::InBody(2), body + 2)]
        {
            for size in 1..=ANSWER.len() {
                let mut script = Script::new(cut, Then::Reset);
                let mut passed = 0;
                for piece in ANSWER.chunks(size) {
                    let allowed = script.before_cut(piece);
                    script.progress.advance(&piece[..allowed]);
                    passed += allowed;
                    if allowed < piece.len() {
                        break;
                    }
                }
                assert_eq!(passed, expected, "{cut:?} in pieces of {size}");
            }
        }
    }
}
