//! A stand-in for the gateway, in its wire shape, on this machine: for tests, and for the demonstration.

use super::{PATH, ProvinceSettings, sign::signature};
use parking_lot::Mutex;
use serde_json::json;
use std::{collections::HashMap, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Most bytes of a question.
const HEAD_BYTES_MAX: usize = 16 * 1024;

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
    /// It answers green, about somebody else.
    Foreign,
    /// It answers with an error of its own, with the number in its words.
    Failing,
    /// It answers with status 500.
    Broken,
    /// It closes the connection without an answer.
    HangsUp,
    /// It answers without an end.
    Endless,
}

/// What a gateway knows.
#[derive(Default)]
struct World {
    behaviour: Behaviour,
    /// Names and levels by document number; everybody else is green under any name.
    people: HashMap<String, (String, u8)>,
    asked: u64,
    /// Questions whose token or signature was wrong.
    refused: u64,
}

/// A running stand-in; gone when dropped.
pub struct MockGateway {
    address: SocketAddr,
    world: Arc<Mutex<World>>,
    server: JoinHandle<()>,
}

impl Drop for MockGateway {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// The token that the stand-in wants.
const TOKEN: &str = "mock-token";

impl MockGateway {
    /// Listens on a free port of this machine. With `secret`, questions must be signed with it.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(secret: Option<&str>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let world: Arc<Mutex<World>> = Arc::default();
        let (shared, secret) = (Arc::clone(&world), secret.map(str::to_owned));
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (world, secret) = (Arc::clone(&shared), secret.clone());
                tokio::spawn(async move {
                    // Who asks is free to go at any time.
                    let _gone = serve(stream, &world, secret.as_deref()).await;
                });
            }
        });
        Ok(Self { address, world, server })
    }

    /// Settings that ask it.
    #[must_use]
    pub fn settings(&self) -> ProvinceSettings {
        ProvinceSettings {
            name: "mock".to_owned(),
            url: format!("http://{}", self.address),
            auth_token: TOKEN.to_owned(),
            city_no: "341200000000".to_owned(),
            data_source: "venuecode".to_owned(),
            site_id: "0123456789ABCDEF0123456789ABCDEF".to_owned(),
            checker_name: "王明".to_owned(),
            checker_id: "440524188001010014".to_owned(),
            sign_secret: None,
            wait: Duration::from_millis(1_500),
        }
    }

    /// Behaves otherwise from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        self.world.lock().behaviour = behaviour;
    }

    /// Knows somebody by number: their name and level.
    pub fn know(&self, id_number: &str, name: &str, level: u8) {
        let known = (name.to_owned(), level);
        self.world.lock().people.insert(id_number.to_owned(), known);
    }

    /// How many questions came.
    #[must_use]
    pub fn asked(&self) -> u64 {
        self.world.lock().asked
    }

    /// How many of them had the wrong token or signature.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.world.lock().refused
    }
}

/// A question: first line and headers.
struct Question {
    method: String,
    path: String,
    query: String,
    headers: HashMap<String, String>,
}

impl Question {
    fn read(head: &str) -> Option<Self> {
        let mut lines = head.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, target) = (first.next()?.to_owned(), first.next()?);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self { method, path: path.to_owned(), query: query.to_owned(), headers })
    }

    fn parameter(&self, name: &str) -> String {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(known, _)| *known == name).map(|(_, value)| decoded(value)).unwrap_or_default()
    }

    fn is_signed_with(&self, secret: &str) -> bool {
        let header = |name: &str| self.headers.get(name).map_or("", String::as_str);
        let (time, nonce) = (header("x-timestamp"), header("x-nonce"));
        let right = signature(secret, &self.path, &self.query, time, nonce);
        right.is_ok_and(|right| !nonce.is_empty() && right == header("x-signature"))
    }

    /// Whether everything that the gateway asks for is there.
    fn is_whole(&self) -> bool {
        let needed = [
            "checkUsrIdCard",
            "checkUsrName",
            "cityNo",
            "dataSource",
            "idcardNo",
            "siteId",
            "userName",
        ];
        self.method == "POST"
            && self.path == PATH
            && needed.iter().all(|name| !self.parameter(name).is_empty())
    }
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match code.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(code) if *byte == b'%' => {
                bytes.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn serve(
    mut stream: TcpStream,
    world: &Mutex<World>,
    secret: Option<&str>,
) -> io::Result<()> {
    let mut head = Vec::new();
    loop {
        let end = head.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let question = Question::read(&String::from_utf8_lossy(&head[..end]));
            head.drain(..end + 4);
            let Some(question) = question else { return Ok(()) };
            if !answer(&mut stream, world, secret, &question).await? {
                return Ok(());
            }
            continue;
        }
        let mut some = [0; 2_048];
        let read = stream.read(&mut some).await?;
        if read == 0 || head.len() > HEAD_BYTES_MAX {
            return Ok(());
        }
        head.extend_from_slice(&some[..read]);
    }
}

/// Answers a question; whether the connection goes on.
async fn answer(
    stream: &mut TcpStream,
    world: &Mutex<World>,
    secret: Option<&str>,
    question: &Question,
) -> io::Result<bool> {
    let behaviour = {
        let mut world = world.lock();
        world.asked += 1;
        world.behaviour
    };
    match behaviour {
        Behaviour::Honest => {}
        Behaviour::Slow(time) => tokio::time::sleep(time).await,
        Behaviour::HangsUp => return Ok(false),
        Behaviour::Garbage => {
            return send(stream, "200 OK", "<html><body>网关维护中</body></html>").await;
        }
        Behaviour::Broken => return send(stream, "500 Internal Server Error", "{}").await,
        Behaviour::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n{\"flag\":\"1\",\"errMsg\":\"").await?;
            loop {
                stream.write_all(&[b'x'; 4_096]).await?;
            }
        }
        Behaviour::Foreign => {
            let foreign = about("路人", "810000199408230021", 1);
            return send(stream, "200 OK", &foreign).await;
        }
        Behaviour::Failing => {
            let number = question.parameter("idcardNo");
            let says = json!({"flag": "0", "errMsg": format!("{number} 查询失败"), "data": null});
            return send(stream, "200 OK", &says.to_string()).await;
        }
    }
    let right = question.is_whole()
        && question.parameter("authToken") == TOKEN
        && secret.is_none_or(|secret| question.is_signed_with(secret));
    if !right {
        world.lock().refused += 1;
        return send(stream, "200 OK", r#"{"flag":"0","errMsg":"无权访问","data":null}"#).await;
    }
    let number = question.parameter("idcardNo");
    let known = world.lock().people.get(&number).cloned();
    let (name, level) = known.unwrap_or_else(|| (question.parameter("userName"), 1));
    send(stream, "200 OK", &about(&name, &number, level)).await
}

fn about(name: &str, id_number: &str, level: u8) -> String {
    let data = json!({
        "name": name,
        "userPhone": "13800138000",
        "idCardNo": id_number,
        "healthLevel": level.to_string(),
    });
    json!({"flag": "1", "errMsg": "", "data": data}).to_string()
}

async fn send(stream: &mut TcpStream, status: &str, body: &str) -> io::Result<bool> {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    Ok(true)
}
