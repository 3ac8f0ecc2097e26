//! Just enough HTTP/1.1 for JSON in and out.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, ErrorKind, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use super::answer;
use super::message::Request;
use super::state::State;

/// Nobody talks for longer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Largest request body.
const LONGEST: usize = 64 << 20;

pub(super) fn serve(stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream);
    let Some(request) = read(&mut reader)? else {
        return Ok(());
    };
    state.asked(&request.path);
    let answer = answer::answer(&request, state);
    if request.path.ends_with("/graphql") && answer.status == 200 && !answer.wrong {
        state.exchanged(&request.body["query"], answer.body.as_ref());
    }
    let body = answer.body.map(|body| body.to_string()).unwrap_or_default();
    let mut head = format!(
        "HTTP/1.1 {} \r\nconnection: close\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\ncontent-length: {}\r\n",
        answer.status,
        body.len()
    );
    if !body.is_empty() {
        head.push_str("content-type: application/json; charset=utf-8\r\n");
    }
    for (name, value) in answer.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    let stream = reader.get_mut();
    stream.write_all(format!("{head}\r\n{body}").as_bytes())?;
    stream.flush()
}

/// `None`: the client sent nothing and left.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Request>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_ascii_whitespace();
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Err(ErrorKind::InvalidData.into());
    };
    let (method, target) = (method.to_owned(), target.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header = |name: &str| {
        let found = headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    let body = match header("content-length").and_then(|length| length.parse().ok()) {
        Some(length) => exactly(reader, length)?,
        None if header("transfer-encoding").is_some() => chunks(reader)?,
        None => Vec::new(),
    };
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let path = path.strip_prefix("/api/v3").unwrap_or(path);
    Ok(Some(Request {
        method,
        path: percent_encoding::percent_decode_str(path)
            .decode_utf8_lossy()
            .into_owned(),
        query: query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect(),
        authorization: header("authorization"),
        agent: header("user-agent"),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    }))
}

fn exactly(reader: &mut impl BufRead, length: usize) -> io::Result<Vec<u8>> {
    if length > LONGEST {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(body)
}

fn chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = usize::from_str_radix(line.trim(), 16)
            .map_err(|_no_number| io::Error::from(ErrorKind::InvalidData))?;
        body.extend(exactly(reader, length)?);
        reader.read_line(&mut line)?;
        if length == 0 || body.len() > LONGEST {
            return Ok(body);
        }
    }
}
