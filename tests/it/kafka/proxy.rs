//! A TCP proxy that knows Kafka's frames: holds, drops or delays requests of one kind, or cuts their connection.
//!
//! A request is four bytes of size, then API key (2), version (2) and correlation id (4); an answer is four
//! bytes of size, then the correlation id. Broker addresses in the answers to Metadata and `FindCoordinator`
//! are replaced by the proxy's own, in place: host and port are followed by nothing that depends on them, and
//! proxy and broker share the host, so no answer has to be understood. One proxy serves one broker.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long a test waits for something it has set up.
const PATIENCE: Duration = Duration::from_secs(20);

/// The requests that matter here, by their API key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Api {
    Produce = 0,
    Metadata = 3,
    FindCoordinator = 10,
    AddPartitionsToTxn = 24,
    EndTxn = 26,
    TxnOffsetCommit = 28,
}

/// What becomes of one request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The network keeps it: the client's connection breaks, while the broker's stays open and gets the request
    /// when the test says so.
    Hold,
    /// What is held reaches the broker first; then this one goes on.
    ReleaseFirst,
    /// It is never answered, and the connection stays.
    Drop,
    /// It is late, and so is everything behind it.
    Delay(Duration),
    /// It is lost, and the connection breaks.
    Reset,
}

/// What has really happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    pub held: usize,
    pub released: usize,
    pub dropped: usize,
    pub delayed: usize,
    pub reset: usize,
}

pub struct Proxy {
    pub brokers: String,
    state: Arc<State>,
}

struct State {
    upstream: SocketAddr,
    own: SocketAddr,
    desk: Mutex<Desk>,
    changed: Condvar,
    is_stopping: AtomicBool,
}

#[derive(Default)]
struct Desk {
    rules: Vec<(Api, Fault)>,
    held: Vec<Held>,
    /// Answers to released requests, from the correlation id on.
    late_answers: Vec<Vec<u8>>,
    counts: Counts,
    sockets: Vec<TcpStream>,
}

struct Held {
    frame: Vec<u8>,
    link: Arc<Link>,
}

/// One connection of a client, and the one to the broker that was made for it.
struct Link {
    client: TcpStream,
    broker: TcpStream,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    /// API keys by correlation id.
    asked: HashMap<i32, i16>,
    held: Vec<i32>,
}

impl Proxy {
    /// A proxy before the first of these brokers.
    pub fn start(brokers: &str) -> Self {
        let first = brokers.split(',').next().expect("split gives one part at least");
        let upstream: SocketAddr = first.parse().expect("the test broker is named by address and port");
        let listener = TcpListener::bind((upstream.ip(), 0)).expect("a free port");
        let own = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            upstream,
            own,
            desk: Mutex::default(),
            changed: Condvar::new(),
            is_stopping: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                if shared.is_stopping.load(Ordering::Acquire) {
                    return;
                }
                if let Ok(client) = client {
                    connect(&shared, client);
                }
            }
        });
        Self { brokers: own.to_string(), state }
    }

    /// The next request of this kind that no earlier rule takes meets this fault.
    pub fn once(&self, api: Api, fault: Fault) {
        self.state.desk().rules.push((api, fault));
    }

    /// Lets go of what is held, and waits until the broker has answered it.
    pub fn release(&self) {
        self.state.release();
    }

    pub fn counts(&self) -> Counts {
        self.state.desk().counts
    }

    /// Takes the answers to released requests, from the correlation id on.
    pub fn take_late_answers(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.state.desk().late_answers)
    }

    /// Asserts that every fault that was asked for has happened.
    pub fn assert_spent(&self) {
        let desk = self.state.desk();
        assert!(desk.rules.is_empty(), "these faults did not happen: {:?}", desk.rules);
        assert!(desk.held.is_empty(), "requests are still held");
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.is_stopping.store(true, Ordering::Release);
        for socket in self.state.desk().sockets.drain(..) {
            let _ = socket.shutdown(Shutdown::Both);
        }
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.state.own);
    }
}

impl State {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        // A test that failed while it held the lock must not hide its own message.
        self.desk.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn take_rule(&self, key: i16) -> Option<Fault> {
        let mut desk = self.desk();
        let place = desk.rules.iter().position(|(api, _)| *api as i16 == key)?;
        Some(desk.rules.remove(place).1)
    }

    fn count(&self, what: impl FnOnce(&mut Counts)) {
        what(&mut self.desk().counts);
    }

    fn release(&self) {
        let (held, answered) = {
            let mut desk = self.desk();
            (std::mem::take(&mut desk.held), desk.late_answers.len())
        };
        assert!(!held.is_empty(), "nothing is held");
        let wanted = answered + held.len();
        for Held { frame, link } in held {
            (&link.broker).write_all(&frame).expect("the broker still has the old connection");
            self.count(|counts| counts.released += 1);
        }
        let waited =
            self.changed.wait_timeout_while(self.desk(), PATIENCE, |desk| desk.late_answers.len() < wanted);
        let desk = waited.unwrap_or_else(std::sync::PoisonError::into_inner).0;
        assert!(desk.late_answers.len() >= wanted, "the broker does not answer the late request");
    }
}

fn connect(state: &Arc<State>, client: TcpStream) {
    let Ok(broker) = TcpStream::connect(state.upstream) else { return };
    let _ = (client.set_nodelay(true), broker.set_nodelay(true));
    let copies = [client.try_clone(), broker.try_clone()].map(|copy| copy.expect("a socket can be copied"));
    state.desk().sockets.extend(copies);
    let link = Arc::new(Link { client, broker, pending: Mutex::default() });
    let (requests, answers) = ((Arc::clone(state), Arc::clone(&link)), (Arc::clone(state), link));
    std::thread::spawn(move || pass_requests(&requests.0, &requests.1));
    std::thread::spawn(move || pass_answers(&answers.0, &answers.1));
}

/// Client to broker, until the client's connection ends. The broker's outlives it while a request is held.
fn pass_requests(state: &State, link: &Arc<Link>) {
    while let Some(frame) = read_frame(&link.client) {
        let (key, correlation) = (short(&frame, 4), long(&frame, 8));
        link.pending().asked.insert(correlation, key);
        match state.take_rule(key) {
            None => {}
            Some(Fault::Hold) => {
                link.pending().held.push(correlation);
                let mut desk = state.desk();
                desk.held.push(Held { frame, link: Arc::clone(link) });
                desk.counts.held += 1;
                drop(desk);
                let _ = link.client.shutdown(Shutdown::Both);
                return;
            }
            Some(Fault::ReleaseFirst) => state.release(),
            Some(Fault::Drop) => {
                state.count(|counts| counts.dropped += 1);
                continue;
            }
            Some(Fault::Delay(time)) => {
                state.count(|counts| counts.delayed += 1);
                std::thread::sleep(time);
            }
            Some(Fault::Reset) => {
                state.count(|counts| counts.reset += 1);
                break;
            }
        }
        if (&link.broker).write_all(&frame).is_err() {
            break;
        }
    }
    let _ = (link.client.shutdown(Shutdown::Both), link.broker.shutdown(Shutdown::Both));
}

/// Broker to client. Goes on reading when the client has gone: a held request is answered, too.
fn pass_answers(state: &State, link: &Link) {
    while let Some(mut frame) = read_frame(&link.broker) {
        let correlation = long(&frame, 4);
        let (key, was_held) = {
            let mut pending = link.pending();
            (pending.asked.remove(&correlation), pending.held.contains(&correlation))
        };
        if was_held {
            state.desk().late_answers.push(frame.split_off(4));
            state.changed.notify_all();
            continue;
        }
        if key.is_some_and(|key| key == Api::Metadata as i16 || key == Api::FindCoordinator as i16) {
            replace_address(&mut frame, state.upstream, state.own);
        }
        // A client whose connection was cut does not want it any more.
        let _ = (&link.client).write_all(&frame);
    }
    let _ = link.client.shutdown(Shutdown::Both);
}

impl Link {
    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().expect("no holder of this lock panics")
    }
}

/// Puts the proxy's port after each mention of the broker's host and port.
fn replace_address(frame: &mut [u8], from: SocketAddr, to: SocketAddr) {
    let host = from.ip().to_string();
    let address = [host.as_bytes(), &i32::from(from.port()).to_be_bytes()].concat();
    let port = i32::from(to.port()).to_be_bytes();
    let mut start = 0;
    while let Some(found) = frame[start..].windows(address.len()).position(|window| window == address) {
        let end = start + found + address.len();
        frame[end - 4..end].copy_from_slice(&port);
        start = end;
    }
}

/// One frame with its size before it; nothing when the connection has ended.
fn read_frame(mut socket: &TcpStream) -> Option<Vec<u8>> {
    let mut frame = vec![0; 4];
    socket.read_exact(&mut frame).ok()?;
    let size = usize::try_from(long(&frame, 0)).expect("Kafka's sizes are never negative");
    frame.resize(4 + size, 0);
    socket.read_exact(&mut frame[4..]).ok()?;
    Some(frame)
}

pub fn short(bytes: &[u8], at: usize) -> i16 {
    i16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn long(bytes: &[u8], at: usize) -> i32 {
    i32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// The proxy itself, against a "broker" that answers each frame with its own address.
#[test]
fn the_proxy_passes_frames_replaces_addresses_and_does_each_fault_once() {
    let broker = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = broker.local_addr().expect("an address");
    std::thread::spawn(move || {
        for client in broker.incoming() {
            std::thread::spawn(move || answer_all(&client.expect("a client"), address));
        }
    });
    let proxy = Proxy::start(&address.to_string());
    let port = |answer: Option<Vec<u8>>| answer.map(|frame| long(&frame, frame.len() - 4));
    let own = i32::from(proxy.state.own.port());

    let client = TcpStream::connect(&proxy.brokers).expect("the proxy listens");
    assert_eq!(port(ask(&client, Api::Metadata, 1)), Some(own), "the address is the proxy's");
    assert_eq!(
        port(ask(&client, Api::Produce, 2)),
        Some(i32::from(address.port())),
        "others are untouched"
    );
    proxy.once(Api::EndTxn, Fault::Drop);
    proxy.once(Api::EndTxn, Fault::Delay(Duration::from_millis(60)));
    proxy.once(Api::EndTxn, Fault::Hold);
    assert!(ask(&client, Api::EndTxn, 3).is_none(), "dropped");
    let started = Instant::now();
    assert!(ask(&client, Api::EndTxn, 4).is_some() && started.elapsed() >= Duration::from_millis(60));
    assert!(ask(&client, Api::EndTxn, 5).is_none(), "held, and the connection is cut");
    let client = TcpStream::connect(&proxy.brokers).expect("the proxy listens");
    proxy.once(Api::Produce, Fault::ReleaseFirst);
    assert!(ask(&client, Api::Produce, 6).is_some());
    assert_eq!(long(&proxy.take_late_answers()[0], 0), 5, "the late request came first");
    proxy.once(Api::Produce, Fault::Reset);
    assert!(ask(&client, Api::Produce, 7).is_none());
    proxy.assert_spent();
    let all = Counts { held: 1, released: 1, dropped: 1, delayed: 1, reset: 1 };
    assert_eq!(proxy.counts(), all);
}

fn answer_all(client: &TcpStream, address: SocketAddr) {
    while let Some(frame) = read_frame(client) {
        let host = address.ip().to_string();
        let port = i32::from(address.port()).to_be_bytes();
        let body = [&frame[8..12], host.as_bytes(), &port[..]].concat();
        let size = i32::try_from(body.len()).expect("small").to_be_bytes();
        let mut to = client;
        if to.write_all(&[&size[..], &body].concat()).is_err() {
            return;
        }
    }
}

/// Asks and waits for the answer; none within 300 ms is none.
fn ask(mut client: &TcpStream, api: Api, correlation: i32) -> Option<Vec<u8>> {
    let head = [&(api as i16).to_be_bytes()[..], &[0, 0], &correlation.to_be_bytes()].concat();
    let size = i32::try_from(head.len()).expect("small").to_be_bytes();
    client.write_all(&[&size[..], &head].concat()).expect("the request goes out");
    client.set_read_timeout(Some(Duration::from_millis(300))).expect("a time");
    let mut size = [0; 4];
    match client.read_exact(&mut size) {
        Err(error) => {
            let is_silence = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
            let is_cut = matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset);
            assert!(is_silence || is_cut, "{error}");
            None
        }
        Ok(()) => {
            let mut frame = vec![0; usize::try_from(i32::from_be_bytes(size)).expect("a size")];
            client.read_exact(&mut frame).expect("the rest follows");
            Some(frame)
        }
    }
}
