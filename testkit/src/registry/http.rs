//! Just enough HTTP/1.1 to answer a client, and to answer it badly.

use std::io::{self, BufRead as _, BufReader, ErrorKind, Read, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use socket2::SockRef;

use super::request::Request;
use super::response::{Fault, Response};
use super::state::State;

/// How often a blocked connection looks whether the registry is being dropped.
const TICK: Duration = Duration::from_millis(20);
/// A request line with headers never needs more.
const LONGEST_REQUEST: u64 = 64 * 1024;

/// Whether a connection can go on.
enum Next {
    Keep,
    Close,
    /// Close it with a reset, so that the client sees an error and no end.
    Reset,
}

/// Reads requests and answers them until either side closes the connection.
pub(super) fn serve(stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TICK))?;
    stream.set_write_timeout(Some(TICK))?;
    let mut reader = BufReader::new(Wire { stream, state });
    while let Some(request) = read_request(&mut reader)? {
        let last = request.header("connection") == Some("close");
        let known = request.header("if-none-match").map(str::to_owned);
        let (fault, response) = state.answer(request);
        let response = response.tagged();
        match answer(reader.get_mut(), fault, &response, known.as_deref())? {
            Next::Keep if !last => {}
            Next::Keep | Next::Close => break,
            Next::Reset => {
                let socket = SockRef::from(&reader.get_ref().stream);
                return socket.set_linger(Some(Duration::ZERO));
            }
        }
    }
    Ok(())
}

fn answer(
    wire: &mut Wire<'_>,
    fault: Option<Fault>,
    response: &Response,
    known: Option<&str>,
) -> io::Result<Next> {
    let json = |body: &[u8]| Response::typed("application/json", body);
    let (half, _) = response.body.split_at(response.body.len() / 2);
    match fault {
        None => wire.send(&response.clone().unless(known))?,
        Some(Fault::Answer(other)) => wire.send(&other)?,
        Some(
            Fault::Status(status) | Fault::StatusTimes(status, _) | Fault::Sometimes { status, .. },
        ) => wire.send(&Response::status(status))?,
        Some(Fault::After(requests)) => {
            wire.state.wait_for_requests(requests);
            wire.send(&response.clone().unless(known))?;
        }
        // Chance has made another one of it.
        Some(Fault::Mixed { .. } | Fault::CloseTimes(_)) => return Ok(Next::Close),
        Some(Fault::Redirect(to)) => wire.send(&Response::status(302).with("location", &to))?,
        Some(Fault::Garbage) => wire.send(&json(b"\x00\xff{]not json"))?,
        Some(Fault::Reset) => return Ok(Next::Reset),
        Some(Fault::ResetInBody) => {
            wire.all(&head(response, Some(response.body.len())))?;
            wire.all(half)?;
            return Ok(Next::Reset);
        }
        Some(Fault::Truncate) => {
            wire.all(&head(response, Some(response.body.len())))?;
            wire.all(half)?;
            return Ok(Next::Close);
        }
        Some(Fault::Hang) => {
            wire.state.wait_for_end();
            return Ok(Next::Close);
        }
        Some(Fault::Endless) => {
            wire.all(&head(&json(b""), None))?;
            loop {
                wire.all(&[b' '; 16 * 1024])?;
            }
        }
        Some(Fault::Drip(milliseconds)) => {
            wire.all(&head(response, Some(response.body.len())))?;
            for byte in &response.body {
                wire.all(&[*byte])?;
                if wire.state.ended_within(Duration::from_millis(milliseconds)) {
                    return Ok(Next::Close);
                }
            }
        }
    }
    Ok(Next::Keep)
}

fn head(response: &Response, length: Option<usize>) -> Vec<u8> {
    let mut lines = vec![format!("HTTP/1.1 {} ", response.status)];
    lines.push(length.map_or_else(
        || "connection: close".to_owned(),
        |length| format!("content-length: {length}"),
    ));
    lines.extend(
        response
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes()
}

/// A connection whose blocking calls end when the registry does.
struct Wire<'a> {
    stream: TcpStream,
    state: &'a State,
}

impl Wire<'_> {
    fn send(&mut self, response: &Response) -> io::Result<()> {
        let mut bytes = head(response, Some(response.body.len()));
        bytes.extend_from_slice(&response.body);
        self.all(&bytes)
    }

    fn all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    self.state.count_sent(written);
                    bytes = bytes.split_at(written).1;
                }
                Err(error) => self.tolerate(error)?,
            }
        }
        Ok(())
    }

    /// A timeout is only the tick.
    fn tolerate(&self, error: io::Error) -> io::Result<()> {
        let tick = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
        if tick && !self.state.has_ended() {
            Ok(())
        } else {
            Err(error)
        }
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.stream.read(buffer) {
                Ok(read) => return Ok(read),
                Err(error) => self.tolerate(error)?,
            }
        }
    }
}

/// `None`: the client sent nothing more and left.
fn read_request(reader: &mut BufReader<Wire<'_>>) -> io::Result<Option<Request>> {
    let mut lines = reader.take(LONGEST_REQUEST).lines();
    let Some(line) = lines.next().transpose()? else {
        return Ok(None);
    };
    let mut words = line.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(ErrorKind::InvalidData.into());
    };
    let mut headers = Vec::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    // What a question to GraphQL says is not looked at.
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(0);
    io::copy(&mut reader.take(length), &mut io::sink())?;
    let path = target.split('?').next().unwrap_or(target);
    let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy();
    Ok(Some(Request {
        method: method.into(),
        target: target.into(),
        path: path.into_owned(),
        headers,
    }))
}
