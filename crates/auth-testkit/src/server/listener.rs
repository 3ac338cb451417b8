//! The listening socket, and the connections that came through it.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Handle;

use super::wire::{Wire, WireControl};

/// How many connections may wait to be accepted: many callers at once must not see refusals that weren't planned.
const BACKLOG: u32 = 4096;

/// A listening socket that can stop listening and begin again, on the same port. Clones share it.
#[derive(Clone)]
pub(crate) struct VendorListener {
    address: SocketAddr,
    shared: Arc<Mutex<State>>,
}

struct State {
    socket: Socket,
    /// The task that accepts connections.
    acceptor: Option<Waker>,
    connections: Vec<Weak<TcpStream>>,
    runtime: Handle,
}

enum Socket {
    Listening(TcpListener),
    /// Bound, so that the port stays ours, but not listening: the system refuses connections.
    Refusing(TcpSocket),
    /// Between two sockets, and after the end.
    None,
}

impl VendorListener {
    pub(crate) fn bind() -> io::Result<Self> {
        let listener = bound(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.listen(BACKLOG)?;
        let address = listener.local_addr()?;
        let socket = Socket::Listening(listener);
        let state = State { socket, acceptor: None, connections: Vec::new(), runtime: Handle::current() };
        Ok(Self { address, shared: Arc::new(Mutex::new(state)) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn connections(&self) -> usize {
        self.lock().connections.iter().filter(|connection| connection.strong_count() > 0).count()
    }

    /// Refuses connections from now on, and closes those that are open.
    pub(crate) fn refuse(&self) -> io::Result<()> {
        let mut state = self.lock();
        if let Socket::Listening(_) = state.socket {
            let runtime = state.runtime.clone();
            let _guard = runtime.enter();
            // The system lets only one of two sockets listen on a port: the old one has to go first. Closing it is not
            // enough, since a child process that is being started holds a copy until its program runs. Where a
            // listening socket can't be shut down, this is an error, and closing has to do.
            if let Socket::Listening(listener) = std::mem::replace(&mut state.socket, Socket::None) {
                let _ = SockRef::from(&listener).shutdown(Shutdown::Both);
            }
            state.socket = Socket::Refusing(bound(self.address)?);
            state.hang_up();
        }
        Ok(())
    }

    /// Accepts connections again.
    pub(crate) fn accept_again(&self) -> io::Result<()> {
        let mut state = self.lock();
        if let Socket::Refusing(_) = state.socket {
            let runtime = state.runtime.clone();
            let _guard = runtime.enter();
            if let Socket::Refusing(socket) = std::mem::replace(&mut state.socket, Socket::None) {
                state.socket = Socket::Listening(socket.listen(BACKLOG)?);
            }
            state.acceptor.take().into_iter().for_each(Waker::wake);
        }
        Ok(())
    }

    /// Closes everything, for good.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.socket = Socket::None;
        state.hang_up();
    }

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<(TcpStream, SocketAddr)> {
        let mut state = self.lock();
        state.acceptor = Some(cx.waker().clone());
        let Socket::Listening(listener) = &state.socket else { return Poll::Pending };
        loop {
            match listener.poll_accept(cx) {
                Poll::Ready(Ok(accepted)) => return Poll::Ready(accepted),
                // The connection was gone before it was accepted.
                Poll::Ready(Err(error)) if is_of_connection(&error) => {}
                // An error of the process, such as too many open files: the tests have to close some.
                Poll::Ready(Err(_)) => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Closes connections at once: their peers know before this returns, and their tasks notice later.
    fn hang_up(&mut self) {
        for connection in self.connections.drain(..).filter_map(|connection| connection.upgrade()) {
            // An error means that it is closed already.
            let _ = SockRef::from(&*connection).shutdown(Shutdown::Both);
        }
    }

    fn remember(&mut self, connection: &Arc<TcpStream>) {
        if self.connections.len() == self.connections.capacity() {
            self.connections.retain(|connection| connection.strong_count() > 0);
        }
        self.connections.push(Arc::downgrade(connection));
    }
}

impl Listener for VendorListener {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        let (stream, peer) = poll_fn(|cx| self.poll_accept(cx)).await;
        // Without it, a dripping answer would wait for acknowledgements. Not setting it does no harm.
        let _ = stream.set_nodelay(true);
        let stream = Arc::new(stream);
        self.lock().remember(&stream);
        (Wire::new(stream), peer)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, VendorListener>> for WireControl {
    fn connect_info(stream: IncomingStream<'_, VendorListener>) -> Self {
        stream.io().control()
    }
}

fn is_of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Not on other systems: there it would let other processes share the port, and isn't needed to bind it again.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping and panicking")]

    use std::net::TcpStream;
    use std::os::fd::AsFd;

    use super::*;

    #[tokio::test]
    async fn connections_are_refused_even_if_another_process_has_a_copy_of_the_socket() {
        let listener = VendorListener::bind().unwrap();
        let copy = match &listener.lock().socket {
            Socket::Listening(listener) => listener.as_fd().try_clone_to_owned().unwrap(),
            _ => panic!("it does not listen"),
        };
        TcpStream::connect(listener.address()).unwrap();
        listener.refuse().unwrap();
        let refused = TcpStream::connect(listener.address()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
        listener.accept_again().unwrap();
        TcpStream::connect(listener.address()).unwrap();
        drop(copy);
    }
}
