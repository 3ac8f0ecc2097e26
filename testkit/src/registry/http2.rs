//! HTTP/2 that goes wrong (RFC 9113): between a client and an honest server, frames are passed on,
//! held back or made up.

use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{
    AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadHalf, WriteHalf,
};

/// How HTTP/2 goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http2Fault {
    /// Nothing does, and `SETTINGS` allow one stream at a time.
    OneStream,
    /// So many streams of a connection are served. The next one meets a `GOAWAY` that names the last
    /// of them: it and all that follow are not processed.
    GoAwayAfter(usize),
    /// `GOAWAY` names every stream, and the connection ends with none of them answered.
    GoAwayAndClose,
    /// The connection ends at the first request, without a word.
    Close,
    /// `RST_STREAM` with this code instead of an answer.
    Reset(u32),
    /// `RST_STREAM` with this code after the head and half of the body.
    ResetInBody(u32),
    /// The head, half of the body, and nothing more.
    Stall,
    /// From the first request on nothing is sent, not even what a `PING` asks for.
    Mute,
    /// So many streams of a connection are served, and then it is as for [`Http2Fault::Mute`].
    MuteAfter(usize),
    /// An answer whose header fields are larger than any client takes.
    LargeHead,
    /// Header fields in `CONTINUATION` frames without an end (CVE-2024-27316).
    EndlessHead,
    /// A frame that no connection may carry.
    Garbage,
}

/// A fault, how often it is still to happen, and what was asked.
#[derive(Debug)]
pub(super) struct Http2Faults {
    pub(super) fault: Http2Fault,
    left: AtomicUsize,
    streams: AtomicUsize,
}

impl Http2Faults {
    pub(super) fn new(fault: Http2Fault, times: usize) -> Self {
        Self {
            fault,
            left: AtomicUsize::new(times),
            streams: AtomicUsize::new(0),
        }
    }

    /// Requests so far, those included that were not processed.
    pub(super) fn streams(&self) -> usize {
        self.streams.load(Ordering::SeqCst)
    }

    /// Whether it happens once more.
    fn happens(&self) -> bool {
        let one_less = |left: usize| left.checked_sub(1);
        self.left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
            .is_ok()
    }
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;

const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

const PREFACE: usize = 24;
const FRAME_HEAD: usize = 9;
/// `:status: 200` in HPACK's static table.
const STATUS_200: u8 = 0x88;
/// `a: b`, never indexed.
const FIELD: [u8; 5] = [0x10, 1, b'a', 1, b'b'];
/// How often [`FIELD`] fits one frame.
const FIELDS: usize = 3_000;

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Vec<u8>,
}

impl Frame {
    fn new(kind: u8, flags: u8, stream: u32, payload: Vec<u8>) -> Self {
        Self {
            kind,
            flags,
            stream,
            payload,
        }
    }

    fn reset(stream: u32, code: u32) -> Self {
        Self::new(RST_STREAM, 0, stream, code.to_be_bytes().to_vec())
    }

    /// With `NO_ERROR`.
    fn go_away(last: u32) -> Self {
        let payload = [last.to_be_bytes(), [0; 4]].concat();
        Self::new(GOAWAY, 0, 0, payload)
    }

    fn bytes(&self) -> Vec<u8> {
        let length = u32::try_from(self.payload.len()).expect("a frame's length");
        let [_, length @ ..] = length.to_be_bytes();
        let stream = self.stream.to_be_bytes();
        let mut bytes = [&length[..], &[self.kind, self.flags], &stream].concat();
        bytes.extend_from_slice(&self.payload);
        bytes
    }
}

/// Reads frames; a call that is cancelled loses nothing.
struct Frames<R> {
    reader: R,
    buffer: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Frames<R> {
    fn new(reader: R) -> Self {
        let buffer = Vec::new();
        Self { reader, buffer }
    }

    async fn fill(&mut self, length: usize) -> io::Result<()> {
        while self.buffer.len() < length {
            if self.reader.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }

    async fn next(&mut self) -> io::Result<Frame> {
        self.fill(FRAME_HEAD).await?;
        let head: [u8; FRAME_HEAD] = std::array::from_fn(|at| self.buffer[at]);
        let [a, b, c, kind, flags, stream @ ..] = head;
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        let stream = u32::from_be_bytes(stream);
        self.fill(FRAME_HEAD + length).await?;
        let rest = self.buffer.split_off(FRAME_HEAD + length);
        let payload = std::mem::replace(&mut self.buffer, rest).split_off(FRAME_HEAD);
        Ok(Frame::new(kind, flags, stream & 0x7fff_ffff, payload))
    }
}

/// One connection.
struct Between<'a, S> {
    faults: &'a Http2Faults,
    to_client: WriteHalf<S>,
    to_server: WriteHalf<DuplexStream>,
    /// Requests of this connection.
    opened: usize,
    /// The last stream that is served.
    last: Option<u32>,
    /// Streams whose answers go wrong, and those of them that have gone wrong.
    hit: BTreeSet<u32>,
    done: BTreeSet<u32>,
}

/// Whether the connection goes on.
#[derive(PartialEq, Eq)]
enum Next {
    On,
    /// Nothing is sent any more.
    Mute,
    End,
}

/// Passes on what both sides send until one of them ends the connection, or the fault does.
pub(super) async fn interpose<S: AsyncRead + AsyncWrite>(
    client: S,
    server: DuplexStream,
    faults: &Http2Faults,
) -> io::Result<()> {
    let (mut from_client, to_client) = tokio::io::split(client);
    let (from_server, mut to_server) = tokio::io::split(server);
    let mut preface = [0; PREFACE];
    from_client.read_exact(&mut preface).await?;
    to_server.write_all(&preface).await?;
    let mut client: Frames<ReadHalf<S>> = Frames::new(from_client);
    let mut server = Frames::new(from_server);
    let mut between = Between {
        faults,
        to_client,
        to_server,
        opened: 0,
        last: None,
        hit: BTreeSet::new(),
        done: BTreeSet::new(),
    };
    loop {
        let next = tokio::select! {
            frame = client.next() => between.of_client(frame?).await?,
            frame = server.next() => between.of_server(frame?).await?,
        };
        match next {
            Next::On => {}
            Next::Mute => loop {
                let opens = client.next().await?.kind == HEADERS;
                faults
                    .streams
                    .fetch_add(usize::from(opens), Ordering::SeqCst);
            },
            Next::End => return Ok(()),
        }
    }
}

impl<S: AsyncRead + AsyncWrite> Between<'_, S> {
    async fn tell_client(&mut self, frame: &Frame) -> io::Result<()> {
        self.to_client.write_all(&frame.bytes()).await?;
        self.to_client.flush().await
    }

    async fn of_client(&mut self, mut frame: Frame) -> io::Result<Next> {
        match frame.kind {
            // Answers that are held back must not change the table of those that are not.
            SETTINGS if frame.flags & ACK == 0 => {
                frame.payload.extend([0, 1, 0, 0, 0, 0]);
            }
            HEADERS => {
                self.faults.streams.fetch_add(1, Ordering::SeqCst);
                self.opened += 1;
                let next = self.of_request(frame.stream).await?;
                if next != Next::On {
                    return Ok(next);
                }
            }
            _ => {}
        }
        if self.last.is_none_or(|last| frame.stream <= last) {
            self.to_server.write_all(&frame.bytes()).await?;
        }
        Ok(Next::On)
    }

    async fn of_request(&mut self, stream: u32) -> io::Result<Next> {
        let fault = self.faults.fault;
        let spared = if let Http2Fault::GoAwayAfter(served) = fault {
            self.opened <= served || self.last.is_some()
        } else if let Http2Fault::MuteAfter(served) = fault {
            self.opened <= served
        } else {
            fault == Http2Fault::OneStream
        };
        if spared || !self.faults.happens() {
            return Ok(Next::On);
        }
        match fault {
            Http2Fault::OneStream => {}
            Http2Fault::GoAwayAfter(_) => {
                // Clients number their streams 1, 3, 5.
                let last = stream.saturating_sub(2);
                self.last = Some(last);
                self.tell_client(&Frame::go_away(last)).await?;
            }
            Http2Fault::GoAwayAndClose => {
                self.tell_client(&Frame::go_away(0x7fff_ffff)).await?;
                self.to_client.shutdown().await?;
                return Ok(Next::End);
            }
            Http2Fault::Close => return Ok(Next::End),
            Http2Fault::Mute | Http2Fault::MuteAfter(_) => return Ok(Next::Mute),
            Http2Fault::Reset(code) => {
                self.hit.insert(stream);
                self.tell_client(&Frame::reset(stream, code)).await?;
            }
            Http2Fault::ResetInBody(_) | Http2Fault::Stall => {
                self.hit.insert(stream);
            }
            Http2Fault::LargeHead => {
                self.hit.insert(stream);
                self.head(stream).await?;
                self.fields(stream, END_HEADERS).await?;
            }
            Http2Fault::EndlessHead => {
                self.head(stream).await?;
                loop {
                    self.fields(stream, 0).await?;
                }
            }
            Http2Fault::Garbage => {
                let nowhere = Frame::new(DATA, 0, 0, b"nowhere".to_vec());
                self.tell_client(&nowhere).await?;
            }
        }
        Ok(Next::On)
    }

    /// The begin of a head.
    async fn head(&mut self, stream: u32) -> io::Result<()> {
        let head = Frame::new(HEADERS, 0, stream, vec![STATUS_200]);
        self.tell_client(&head).await
    }

    async fn fields(&mut self, stream: u32, flags: u8) -> io::Result<()> {
        let fields = Frame::new(CONTINUATION, flags, stream, FIELD.repeat(FIELDS));
        self.tell_client(&fields).await
    }

    async fn of_server(&mut self, mut frame: Frame) -> io::Result<Next> {
        let stream = frame.stream;
        if !self.hit.contains(&stream) {
            self.tell_client(&frame).await?;
            return Ok(Next::On);
        }
        let reset = if let Http2Fault::ResetInBody(code) = self.faults.fault {
            Some(code)
        } else {
            None
        };
        let in_body = reset.is_some() || self.faults.fault == Http2Fault::Stall;
        if !in_body || self.done.contains(&stream) {
            return Ok(Next::On);
        }
        frame.flags &= !END_STREAM;
        let half = frame.payload.len() / 2;
        if frame.kind == DATA {
            frame.payload.truncate(half);
        }
        self.tell_client(&frame).await?;
        if frame.kind == DATA {
            self.done.insert(stream);
            if let Some(code) = reset {
                self.tell_client(&Frame::reset(stream, code)).await?;
            }
        }
        Ok(Next::On)
    }
}
