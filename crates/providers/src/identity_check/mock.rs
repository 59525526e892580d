//! A stand-in for the gateway, in its wire shape, on this machine: in place of the police's register, for
//! tests and the demonstration.

use super::{IdentityGatewaySettings, gateway::signature};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet},
    io,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Most bytes of a question.
const QUESTION_BYTES_MAX: usize = 16 * 1024;
/// The secret that the stand-in wants questions to be signed with.
const SECRET: &str = "stand-in-secret-0123456789";
const PATH: &str = "/v1/check";

/// How the stand-in behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// It answers what is asked.
    #[default]
    Honest,
    /// It answers after this time.
    Slow(Duration),
    /// It answers with a page of some proxy.
    Garbage,
    /// It says that everything agrees, to another question.
    Foreign,
    /// It answers with status 500.
    Broken,
    /// It closes the connection without an answer.
    HangsUp,
}

/// A name that the stand-in takes for that of somebody else, whatever the number: for trying out.
pub const DIFFERING_NAME: &str = "不一致";
/// A name whose number the stand-in does not find.
pub const UNKNOWN_NAME: &str = "查无此人";

#[derive(Default)]
struct World {
    behaviour: Behaviour,
    /// Names by number; everybody else has the name that is asked about.
    holders: HashMap<String, String>,
    nonces: HashSet<String>,
    asked: u64,
    /// Questions whose signature was wrong, or that came a second time.
    refused: u64,
}

/// A running stand-in; gone when dropped.
pub struct MockIdentityGateway {
    address: SocketAddr,
    world: Arc<Mutex<World>>,
    server: JoinHandle<()>,
}

impl Drop for MockIdentityGateway {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl MockIdentityGateway {
    /// Listens on a free port of this machine.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let world: Arc<Mutex<World>> = Arc::default();
        let shared = Arc::clone(&world);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let world = Arc::clone(&shared);
                tokio::spawn(async move {
                    // Who asks is free to go at any time.
                    let _gone = serve(stream, &world).await;
                });
            }
        });
        Ok(Self { address, world, server })
    }

    /// Settings that ask it.
    #[must_use]
    pub fn settings(&self) -> IdentityGatewaySettings {
        IdentityGatewaySettings {
            name: "stand-in".to_owned(),
            url: format!("http://{}{PATH}", self.address),
            app_id: "fuyang".to_owned(),
            sign_secret: SECRET.to_owned(),
            wait: Duration::from_millis(1_500),
        }
    }

    /// Behaves otherwise from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        self.world.lock().behaviour = behaviour;
    }

    /// Knows the holder of a document.
    pub fn know(&self, id_number: &str, name: &str) {
        self.world.lock().holders.insert(id_number.to_owned(), name.to_owned());
    }

    /// How many questions came.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.world.lock().asked
    }

    /// How many of them had a wrong signature, or came a second time.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.world.lock().refused
    }
}

/// A question: its headers and its body.
struct Question {
    headers: HashMap<String, String>,
    target: String,
    body: Vec<u8>,
}

impl Question {
    async fn read(stream: &mut TcpStream) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        loop {
            if let Some(question) = Self::whole(&bytes) {
                return Ok(Some(question));
            }
            let mut some = [0; 2_048];
            let read = stream.read(&mut some).await?;
            if read == 0 || bytes.len() > QUESTION_BYTES_MAX {
                return Ok(None);
            }
            bytes.extend_from_slice(&some[..read]);
        }
    }

    fn whole(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let mut lines = head.split("\r\n");
        let target = lines.next()?.split(' ').nth(1)?.to_owned();
        let headers: HashMap<String, String> = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let length: usize = headers.get("content-length").map_or(Some(0), |n| n.parse().ok())?;
        let body = bytes.get(end + 4..end + 4 + length)?.to_vec();
        Some(Self { headers, target, body })
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn is_signed(&self) -> bool {
        let (time, nonce) = (self.header("x-timestamp"), self.header("x-nonce"));
        let right = signature(SECRET, PATH, &self.body, time, nonce);
        self.target == PATH
            && self.header("x-app-id") == "fuyang"
            && !nonce.is_empty()
            && right.is_ok_and(|right| right == self.header("x-signature"))
    }
}

/// One question on each connection.
async fn serve(mut stream: TcpStream, world: &Mutex<World>) -> io::Result<()> {
    let Some(question) = Question::read(&mut stream).await? else { return Ok(()) };
    let behaviour = {
        let mut world = world.lock();
        world.asked += 1;
        world.behaviour
    };
    let (status, body) = match behaviour {
        Behaviour::HangsUp => return Ok(()),
        Behaviour::Broken => ("500 Internal Server Error", "{}".to_owned()),
        Behaviour::Garbage => ("200 OK", "<html><body>系统维护中</body></html>".to_owned()),
        Behaviour::Foreign => ("200 OK", json!({"request": "0", "result": "agrees"}).to_string()),
        Behaviour::Honest => answer(world, &question),
        Behaviour::Slow(time) => {
            tokio::time::sleep(time).await;
            answer(world, &question)
        }
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.shutdown().await
}

fn answer(world: &Mutex<World>, question: &Question) -> (&'static str, String) {
    let mut world = world.lock();
    let fresh = world.nonces.insert(question.header("x-nonce").to_owned());
    if !fresh || !question.is_signed() {
        world.refused += 1;
        return ("401 Unauthorized", "{}".to_owned());
    }
    let Ok(asked) = serde_json::from_slice::<Value>(&question.body) else {
        return ("400 Bad Request", "{}".to_owned());
    };
    let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
    let holder = world.holders.get(&text("id_number"));
    let result = match (holder, text("name").as_str(), text("id_kind").as_str()) {
        (_, _, "passport") => "unsupported",
        (_, UNKNOWN_NAME, _) => "not_found",
        (_, DIFFERING_NAME, _) => "differs",
        (Some(holder), name, _) if holder != name => "differs",
        _ => "agrees",
    };
    ("200 OK", json!({"request": text("request"), "result": result}).to_string())
}
