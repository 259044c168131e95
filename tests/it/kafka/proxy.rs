//! A TCP proxy that knows Kafka's frames: holds, drops or delays requests of one kind, or cuts their connection; or has
//! bad weather for all of them.
//!
//! A request is four bytes of size, then API key (2), version (2) and correlation id (4); an answer is four
//! bytes of size, then the correlation id. Broker addresses in the answers that may have them
//! are replaced by the proxy's own, in place: host and port are followed by nothing that depends on them, and
//! proxy and broker share the host, so no answer has to be understood. One proxy serves one broker.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::time::{Duration, Instant};

/// How long a test waits for something it has set up.
const PATIENCE: Duration = Duration::from_secs(20);

/// The requests that matter here, by their API key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Api {
    Produce = 0,
    Fetch = 1,
    Metadata = 3,
    FindCoordinator = 10,
    AddPartitionsToTxn = 24,
    EndTxn = 26,
    TxnOffsetCommit = 28,
}

/// Answers with addresses in them; the first two name a partition's new leader (KIP-951).
const NAME_BROKERS: [Api; 4] = [Api::Produce, Api::Fetch, Api::Metadata, Api::FindCoordinator];

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

/// The state of the whole network, until it is set anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Weather {
    #[default]
    Fair,
    /// Every connection is closed, and each new one at once.
    Cut,
    /// What is sent is swallowed and never answered, while connections stay and can be made. One that has swallowed
    /// something is dead for good: nobody sends that again.
    Silent,
    /// Each frame is late, and the later the larger it is.
    Slow { delay: Duration, bytes_per_second: u32 },
}

/// What has really happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    pub held: usize,
    pub released: usize,
    pub dropped: usize,
    pub delayed: usize,
    pub reset: usize,
    /// Connections that were closed, or not let in, while the network was cut.
    pub cut: usize,
    /// Frames that were lost without a word.
    pub swallowed: usize,
    /// Frames that were late by [`Weather::Slow`].
    pub slowed: usize,
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
    links: Vec<Weak<Link>>,
    weather: Weather,
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
    /// Something was swallowed, so nothing passes any more.
    is_dead: AtomicBool,
    /// Its end must be a reset, so nobody may end it in order before.
    is_reset: AtomicBool,
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

    /// Takes back the faults that have not happened.
    pub fn forget(&self) {
        self.state.desk().rules.clear();
    }

    /// Lets go of what is held, and waits until the broker has answered it.
    pub fn release(&self) {
        self.state.release();
    }

    pub fn set_weather(&self, weather: Weather) {
        self.state.desk().weather = weather;
        if weather == Weather::Cut {
            for link in self.state.links() {
                self.state.count(|counts| counts.cut += 1);
                link.close();
            }
        }
    }

    /// Breaks every connection by a reset (RST): what is on its way is lost, and the client gets an error.
    pub fn reset_all(&self) {
        for link in self.state.links() {
            link.is_reset.store(true, Ordering::Release);
            reset_on_close(&link.client).expect("the socket can be told how to end");
            self.state.count(|counts| counts.reset += 1);
            // Wakes the two threads without a word to the client; the last of them closes the socket.
            let _ = (link.client.shutdown(Shutdown::Read), link.broker.shutdown(Shutdown::Both));
        }
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
        for link in self.state.links() {
            link.close();
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

    /// The connections there are.
    fn links(&self) -> Vec<Arc<Link>> {
        let mut desk = self.desk();
        desk.links.retain(|link| link.strong_count() > 0);
        desk.links.iter().filter_map(Weak::upgrade).collect()
    }

    /// What the weather does to a frame: whether it passes, when it has waited.
    fn passes(&self, link: &Link, frame: &[u8]) -> bool {
        let weather = self.desk().weather;
        if weather == Weather::Silent {
            link.is_dead.store(true, Ordering::Release);
        }
        if link.is_dead.load(Ordering::Acquire) {
            self.count(|counts| counts.swallowed += 1);
            return false;
        }
        if let Weather::Slow { delay, bytes_per_second } = weather {
            self.count(|counts| counts.slowed += 1);
            let size = u32::try_from(frame.len()).expect("frames are small");
            std::thread::sleep(delay + Duration::from_secs(1) * size / bytes_per_second);
        }
        true
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
    if state.desk().weather == Weather::Cut {
        return state.count(|counts| counts.cut += 1);
    }
    let Ok(broker) = TcpStream::connect(state.upstream) else { return };
    let _ = (client.set_nodelay(true), broker.set_nodelay(true));
    let (pending, no) = (Mutex::default(), || AtomicBool::new(false));
    let link = Arc::new(Link { client, broker, pending, is_dead: no(), is_reset: no() });
    state.desk().links.push(Arc::downgrade(&link));
    let (requests, answers) = ((Arc::clone(state), Arc::clone(&link)), (Arc::clone(state), link));
    std::thread::spawn(move || pass_requests(&requests.0, &requests.1));
    std::thread::spawn(move || pass_answers(&answers.0, &answers.1));
}

/// Client to broker, until the client's connection ends. The broker's outlives it while a request is held.
fn pass_requests(state: &State, link: &Arc<Link>) {
    while let Some(frame) = read_frame(&link.client) {
        if !state.passes(link, &frame) {
            continue;
        }
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
    link.close();
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
        if !state.passes(link, &frame) {
            continue;
        }
        if key.is_some_and(|key| NAME_BROKERS.iter().any(|api| *api as i16 == key)) {
            replace_address(&mut frame, state.upstream, state.own);
        }
        // A client whose connection was cut does not want it any more.
        let _ = (&link.client).write_all(&frame);
    }
    // A dead connection shows no sign of it.
    if !link.is_dead.load(Ordering::Acquire) && !link.is_reset.load(Ordering::Acquire) {
        let _ = link.client.shutdown(Shutdown::Both);
    }
}

/// Makes the socket's last close a reset. The standard library cannot; tokio can, and wants it non-blocking meanwhile.
fn reset_on_close(socket: &TcpStream) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let _inside = runtime.enter();
    let copy = socket.try_clone()?;
    copy.set_nonblocking(true)?;
    let copy = tokio::net::TcpStream::from_std(copy)?;
    copy.set_zero_linger()?;
    copy.into_std()?.set_nonblocking(false)
}

impl Link {
    fn close(&self) {
        let _ = self.broker.shutdown(Shutdown::Both);
        if !self.is_reset.load(Ordering::Acquire) {
            let _ = self.client.shutdown(Shutdown::Both);
        }
    }

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
        port(ask(&client, Api::AddPartitionsToTxn, 2)),
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
    let all = Counts { held: 1, released: 1, dropped: 1, delayed: 1, reset: 1, ..Counts::default() };
    assert_eq!(proxy.counts(), all);
}

#[test]
fn the_proxy_makes_weather_for_all_connections_and_resets_them_for_real() {
    let broker = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = broker.local_addr().expect("an address");
    std::thread::spawn(move || {
        for client in broker.incoming() {
            std::thread::spawn(move || answer_all(&client.expect("a client"), address));
        }
    });
    let proxy = Proxy::start(&address.to_string());
    let connect = || TcpStream::connect(&proxy.brokers).expect("the proxy listens");
    let end_of = |mut client: &TcpStream| {
        client.set_read_timeout(Some(PATIENCE)).expect("a time");
        client.read(&mut [0; 8]).map_err(|error| error.kind())
    };

    let (one, other) = (connect(), connect());
    assert!(ask(&one, Api::Produce, 1).is_some() && ask(&other, Api::Produce, 2).is_some());
    let slow = Weather::Slow { delay: Duration::from_millis(30), bytes_per_second: 1_000 };
    proxy.set_weather(slow);
    let started = Instant::now();
    // 12 bytes there and 21 back.
    assert!(ask(&one, Api::Produce, 3).is_some() && started.elapsed() >= Duration::from_millis(93));
    proxy.set_weather(Weather::Silent);
    assert!(ask(&one, Api::Produce, 4).is_none());
    let late = connect();
    assert!(ask(&late, Api::Produce, 5).is_none());
    proxy.set_weather(Weather::Fair);
    assert!(ask(&one, Api::Produce, 6).is_none() && ask(&late, Api::Produce, 7).is_none(), "dead for good");
    assert!(ask(&other, Api::Produce, 8).is_some(), "it had nothing to swallow");
    proxy.reset_all();
    assert_eq!(end_of(&other), Err(ErrorKind::ConnectionReset));
    let other = connect();
    assert!(ask(&other, Api::Produce, 9).is_some());
    proxy.set_weather(Weather::Cut);
    assert_eq!(end_of(&other), Ok(0), "closed in order");
    assert!(matches!(end_of(&connect()), Ok(0) | Err(ErrorKind::ConnectionReset)), "not let in");
    let counts = proxy.counts();
    assert_eq!((counts.reset, counts.slowed, counts.swallowed, counts.cut), (3, 2, 4, 2));
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
