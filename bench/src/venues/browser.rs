//! As much of a browser as signing in and looking at pages takes.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};

/// How long an answer may be silent.
const SILENCE_MAX: Duration = Duration::from_secs(120);

/// Somebody who is signed in, or nobody yet.
pub(super) struct Browser {
    address: String,
    cookies: Vec<(String, String)>,
}

/// An answer, whole.
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: String,
}

impl Answer {
    /// A line of the head, ended by `&`; empty when there is none.
    pub(super) fn head_line(&self, name: &str) -> String {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or_else(String::new, |(_, value)| format!("{value}&"))
    }
}

impl Browser {
    /// Signs in by a one-time link.
    pub(super) fn signed_in(url: &str, link: &str) -> Result<Self> {
        let address = url.trim_start_matches("http://").to_owned();
        let mut browser = Self { address, cookies: Vec::new() };
        let path = link.strip_prefix(url).context("a link to somewhere else")?;
        let page = browser.get(path)?;
        let answer = browser.post(path, &page, &[])?;
        ensure!(answer.status == 303, "signing in was answered {}", answer.status);
        Ok(browser)
    }

    pub(super) fn get(&mut self, path: &str) -> Result<Answer> {
        self.ask(&format!("GET {path} HTTP/1.1\r\n"), "")
    }

    /// Sends a form with the guard of a page.
    pub(super) fn post(
        &mut self,
        path: &str,
        page: &Answer,
        fields: &[(&str, &str)],
    ) -> Result<Answer> {
        let guard = between(&page.body, "name=\"csrf\" value=\"", "\"");
        let mut form = format!("csrf={}", guard.context("a page without a guard")?);
        for (name, value) in fields {
            form.push_str(&format!("&{name}={value}"));
        }
        let head = format!(
            "POST {path} HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\n",
            form.len()
        );
        self.ask(&head, &form)
    }

    /// Reads a file to its end without keeping it; how many bytes came.
    pub(super) fn download(&mut self, path: &str) -> Result<u64> {
        let mut stream = self.send(&format!("GET {path} HTTP/1.1\r\n"), "")?;
        let (mut piece, mut bytes, mut begin) = (vec![0; 64 * 1024], 0, Vec::new());
        loop {
            let read = stream.read(&mut piece)?;
            if read == 0 {
                break;
            }
            if begin.len() < 16 {
                begin.extend_from_slice(piece.get(..read).unwrap_or_default());
            }
            bytes += read as u64;
        }
        ensure!(begin.starts_with(b"HTTP/1.1 200 "), "{path} was not answered with a file");
        Ok(bytes)
    }

    fn ask(&mut self, head: &str, body: &str) -> Result<Answer> {
        let mut stream = self.send(head, body)?;
        let mut all = Vec::new();
        stream.read_to_end(&mut all)?;
        let all = String::from_utf8_lossy(&all).into_owned();
        let Some((head, body)) = all.split_once("\r\n\r\n") else { bail!("no answer") };
        let status = head.split_whitespace().nth(1).context("no status")?.parse()?;
        let answer = Answer { status, head: head.to_owned(), body: body.to_owned() };
        self.keep_cookies(&answer);
        Ok(answer)
    }

    fn send(&self, head: &str, body: &str) -> Result<TcpStream> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(SILENCE_MAX))?;
        let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let (host, cookies) = (&self.address, cookies.join("; "));
        let rest = format!("host: {host}\r\ncookie: {cookies}\r\nconnection: close\r\n\r\n{body}");
        stream.write_all(head.as_bytes())?;
        stream.write_all(rest.as_bytes())?;
        Ok(stream)
    }

    fn keep_cookies(&mut self, answer: &Answer) {
        for line in answer.head.lines() {
            let Some((name, value)) = line.split_once(": ") else { continue };
            if !name.eq_ignore_ascii_case("set-cookie") {
                continue;
            }
            let pair = value.split(';').next().and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair {
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// What stands between two texts, the first time.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    text.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}
