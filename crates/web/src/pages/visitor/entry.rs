//! Signing in by the app that a code is scanned in: there, back, and what is left for the form when
//! the account is nobody's yet or the app gave no identity.

use super::{check_in::open_door, register};
use crate::{
    address::Client,
    answer::{self, PageFailure, Shown, Trouble as TroublePage},
    cookies,
    forms::Checked,
    frame::Frame,
    page::Page,
    seat::{self, As},
};
use actions::{
    Failure, House,
    accounts::principals::Visitor,
    checkins::look::Door,
    entry_apps::{CameBack, Ticket, begin, begin_inside, bind, come_back, read_ticket},
};
use axum::{
    Extension,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect},
};
use domain::{
    checkins::Method,
    entry_apps::{App, Trouble},
    venue_codes::VenueCode,
};
use serde::Deserialize;
use std::{collections::HashMap, net::IpAddr, sync::Arc};

/// The app this browser is in: what it was told here, or what it says it is.
pub(crate) fn app_of(headers: &HeaderMap) -> Option<App> {
    let told = cookies::get(headers, cookies::INSIDE).and_then(App::from_code);
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    told.or_else(|| App::of_method(Method::from_user_agent(agent.unwrap_or_default())))
}

/// What a sign-in left in this browser.
#[derive(Default)]
pub(super) enum Left {
    /// Nothing: none was tried.
    #[default]
    Nothing,
    /// An account that is nobody's yet.
    Ticket(Box<Ticket>),
    /// Why there is no identity.
    Failed(App, Trouble),
}

impl Left {
    pub(super) fn of(house: &House, frame: &Frame, headers: &HeaderMap) -> Self {
        let Some(text) = cookies::get(headers, cookies::APP) else { return Self::Nothing };
        if let Some(ticket) = text.strip_prefix(TICKET) {
            let ticket = read_ticket(house, &frame.seat, ticket);
            return ticket.map_or(Self::Nothing, |ticket| Self::Ticket(Box::new(ticket)));
        }
        if let Some((app, since_s)) = text.strip_prefix(SENT).and_then(sent) {
            // Some apps load a page twice; somebody who comes back by hand takes longer.
            let twice = (0..LOADS_TWICE_S).contains(&(house.now().0 / 1000 - since_s));
            return if twice { Self::Nothing } else { Self::Failed(app, Trouble::Declined) };
        }
        let failed = text.split_once('.').and_then(|(app, trouble)| {
            Some(Self::Failed(App::from_code(app)?, Trouble::from_code(trouble)?))
        });
        failed.unwrap_or_default()
    }
}

/// Before a ticket; the name of no app.
const TICKET: &str = "t.";

/// Before an app that this browser was sent to, and since which second: whoever comes again without
/// an answer of the app has gone back, or the app's page is broken, and sees the form.
const SENT: &str = "s.";

/// How long it may take until a page that is loaded twice is asked for again, in seconds.
const LOADS_TWICE_S: i64 = 5;

fn sent(text: &str) -> Option<(App, i64)> {
    let (app, since_s) = text.split_once('.')?;
    Some((App::from_code(app)?, since_s.parse().ok()?))
}

/// What the form says of a sign-in. Texts are ready to be shown.
#[derive(Default)]
pub(super) struct Said {
    /// What an account of an app is good for, or why there is none.
    pub(super) note: String,
    /// Whether the note is of something that went wrong.
    pub(super) failed: bool,
    /// Whether the app has said what is filled in.
    pub(super) filled_in: bool,
    /// Ways to sign in: where, and with what words.
    pub(super) ways: Vec<(String, String)>,
    /// The state for a token of the script bridge of 皖事通.
    pub(super) bridge: Option<String>,
    /// Whether a demonstration offers to look like another app.
    pub(super) choose: bool,
}

fn way(p: &Page, house: &House, app: App, code: &str, words: &str) -> (String, String) {
    let label = p.t(house.entry_apps.label(app));
    (format!("/apps/{}/go?c={code}", app.code()), p.f(words, label))
}

impl Said {
    /// What the form says beside its fields to whoever holds this.
    pub(super) fn of(house: &House, p: &Page, code: &str, left: &Left) -> Self {
        let choose = p.demo;
        match left {
            Left::Nothing => Self { choose, ..Self::default() },
            Left::Ticket(ticket) => {
                let app = p.t(house.entry_apps.label(ticket.app));
                let note = p.f("已用{}登录。第一次请登记，以后用它扫码不用再填。", app);
                Self { note, filled_in: ticket.identity.says_more(), choose, ..Self::default() }
            }
            Left::Failed(app, trouble) => {
                let note = p.f(trouble.says(), p.t(house.entry_apps.label(*app)));
                let again = way(p, house, *app, code, "再用{}试一次");
                Self { note, failed: true, ways: vec![again], choose, ..Self::default() }
            }
        }
    }

    /// The same with the sign-ins that a browser outside of every other app is offered.
    fn with_offers(mut self, house: &House, p: &Page, seat: &str, code: &VenueCode) -> Self {
        for app in [App::Wanshitong, App::Oidc] {
            let go = format!("/apps/{}/go", app.code());
            let offered = self.ways.iter().any(|(to, _)| to.starts_with(&go));
            if house.entry_apps.get(app).is_some() && !offered {
                self.ways.push(way(p, house, app, code.as_str(), "用{}登录"));
            }
        }
        self.bridge = begin_inside(house, seat, App::Wanshitong, code);
        self
    }
}

/// Somebody without a session at an open door: inside of an app that is switched on they are sent to
/// sign in, once; anybody else sees the form.
pub(super) async fn unknown(
    house: &House,
    p: &Page,
    frame: &Frame,
    headers: &HeaderMap,
    code: &str,
    door: &Door,
) -> Shown {
    let app = app_of(headers);
    let mut left = Left::of(house, frame, headers);
    let Some(venue) = VenueCode::parse(code) else {
        return register::first(house, p, code, door, &left, Said::default());
    };
    let silent = app.filter(|app| app.is_silent() && house.entry_apps.get(*app).is_some());
    if let (Some(app), Left::Nothing) = (silent, &left) {
        match begin(house, &frame.seat, app, &venue).await {
            Ok(address) => return send(house, p, app, &address),
            Err(trouble) => left = Left::Failed(app, trouble),
        }
    }
    let said = Said::of(house, p, venue.as_str(), &left);
    let outside = silent.is_none() && !matches!(left, Left::Ticket(_));
    let said = if outside { said.with_offers(house, p, &frame.seat, &venue) } else { said };
    register::first(house, p, code, door, &left, said)
}

/// Binds what this browser holds to whoever has just registered in it, and forgets it. Registered is
/// registered: what cannot be bound now is asked for again another time.
pub(super) async fn settle(
    house: &House,
    frame: &Frame,
    headers: &HeaderMap,
    visitor: &Visitor,
) -> AppendHeaders<seat::SetCookie> {
    if let Left::Ticket(ticket) = Left::of(house, frame, headers)
        && let Err(error) = bind(house, visitor, &ticket).await
    {
        tracing::error!(%error, app = ticket.app.code(), "an account could not be bound");
    }
    AppendHeaders(seat::no_app_cookie(house))
}

/// A redirect to an app's page, as the platforms describe it.
fn send(house: &House, p: &Page, app: App, address: &str) -> Shown {
    let address = HeaderValue::try_from(address);
    let address = address.map_err(|error| PageFailure(p.clone(), Failure::broken(error)))?;
    let since_s = house.now().0 / 1000;
    let sent = seat::sent_cookie(house, &format!("{SENT}{}.{since_s}", app.code()));
    Ok((StatusCode::FOUND, sent, AppendHeaders([(header::LOCATION, address)])).into_response())
}

/// Which app an address names, when it is switched on.
fn named(house: &House, p: &Page, app: &str) -> Result<App, PageFailure> {
    let app = App::from_code(app).filter(|app| house.entry_apps.get(*app).is_some());
    app.ok_or_else(|| PageFailure(p.clone(), Failure::NotFound))
}

/// What is asked for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Go {
    c: String,
}

/// `GET /apps/{app}/go?c=<code>`
pub(super) async fn go(
    State(house): State<Arc<House>>,
    p: Page,
    visitor: Option<As<Visitor>>,
    Extension(frame): Extension<Frame>,
    Path(app): Path<String>,
    wanted: Result<Query<Go>, QueryRejection>,
) -> Shown {
    let app = named(&house, &p, &app)?;
    let code = wanted.map(|Query(go)| go.c).unwrap_or_default();
    if let Err(dead) = open_door(&house, &p, &code) {
        return dead;
    }
    let Some(code) = VenueCode::parse(&code) else {
        return Err(PageFailure(p, Failure::NotFound));
    };
    if visitor.is_some() {
        return Ok(to_door(&code).into_response());
    }
    match begin(&house, &frame.seat, app, &code).await {
        Ok(address) => send(&house, &p, app, &address),
        Err(trouble) => {
            Ok((seat::app_cookie(&house, &failed(app, trouble)), to_door(&code)).into_response())
        }
    }
}

fn failed(app: App, trouble: Trouble) -> String {
    format!("{}.{}", app.code(), trouble.code())
}

fn to_door(code: &VenueCode) -> Redirect {
    Redirect::to(&format!("/c/{}", code.as_str()))
}

/// `GET /apps/{app}/back`
pub(super) async fn back(
    State(house): State<Arc<House>>,
    p: Page,
    visitor: Option<As<Visitor>>,
    Extension(frame): Extension<Frame>,
    Client(from): Client,
    Path(app): Path<String>,
    came: Result<Query<HashMap<String, String>>, QueryRejection>,
) -> Shown {
    let app = named(&house, &p, &app)?;
    let came = came.map(|Query(came)| came).unwrap_or_default();
    let name = house.entry_apps.get(app).map_or("code", |port| port.code_name());
    let state = came.get("state").map_or("", String::as_str);
    let code = came.get(name).map(String::as_str);
    let back = Back { house: &house, p: &p, frame: &frame, app, from, known: visitor.is_some() };
    back.answer(state, code, false).await
}

/// What the script bridge of an app gave.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Bridge {
    state: String,
    token: String,
}

/// `POST /apps/{app}/back`
pub(super) async fn back_inside(
    State(house): State<Arc<House>>,
    p: Page,
    visitor: Option<As<Visitor>>,
    Extension(frame): Extension<Frame>,
    Client(from): Client,
    Path(app): Path<String>,
    Checked(bridge): Checked<Bridge>,
) -> Shown {
    let app = named(&house, &p, &app)?;
    let back = Back { house: &house, p: &p, frame: &frame, app, from, known: visitor.is_some() };
    back.answer(&bridge.state, Some(&bridge.token), true).await
}

const FOREIGN: TroublePage = TroublePage {
    status: StatusCode::BAD_REQUEST,
    title: "登录没有完成",
    says: "这次登录不是在这台手机上开始的，没有登记任何信息。请重新扫门口的场所码。",
};

/// A browser that came back.
struct Back<'a> {
    house: &'a House,
    p: &'a Page,
    frame: &'a Frame,
    app: App,
    from: Option<IpAddr>,
    /// Whether somebody is known in this browser already.
    known: bool,
}

impl Back<'_> {
    /// `inside` when the app itself handed its token over, which it does only inside.
    async fn answer(&self, state: &str, code: Option<&str>, inside: bool) -> Shown {
        let Self { house, p, frame, app, from, known } = self;
        let came = come_back(house, &frame.seat, *app, state, code, *from).await;
        let came = came.map_err(|failure| PageFailure((*p).clone(), failure))?;
        let kept = inside.then(|| AppendHeaders(seat::inside_cookie(house, app.code())));
        Ok(match came {
            CameBack::Foreign => answer::trouble(p, &FOREIGN),
            // Whoever is known here stays who they are.
            CameBack::Known { code, .. }
            | CameBack::New { code, .. }
            | CameBack::Failed { code, .. }
                if *known =>
            {
                to_door(&code).into_response()
            }
            CameBack::Known { code, token } => {
                let forgotten = AppendHeaders(seat::no_app_cookie(house));
                (seat::visitor_cookie(house, &token), forgotten, kept, to_door(&code))
                    .into_response()
            }
            CameBack::New { code, ticket } => {
                let ticket = seat::app_cookie(house, &format!("{TICKET}{ticket}"));
                (ticket, kept, to_door(&code)).into_response()
            }
            CameBack::Failed { code, trouble } => {
                let failed = seat::app_cookie(house, &failed(*app, trouble));
                (failed, kept, to_door(&code)).into_response()
            }
        })
    }
}

/// As which app a demonstration is to look.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct OpenAs {
    app: String,
    next: String,
}

/// `GET /demo/open-as?app=wechat&next=/c/…`: this browser is from now on one inside of that app, that
/// nobody has used before; in a demonstration alone.
pub(super) async fn open_as(
    State(house): State<Arc<House>>,
    p: Page,
    wanted: Result<Query<OpenAs>, QueryRejection>,
) -> Shown {
    if !house.settings.demo {
        return Err(PageFailure(p, Failure::NotFound));
    }
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let inside = match App::from_code(&wanted.app) {
        Some(app) => seat::inside_cookie(&house, app.code()),
        None => seat::no_inside_cookie(&house),
    };
    let nobody = AppendHeaders(seat::no_visitor_cookie(&house));
    let nothing = AppendHeaders(seat::no_app_cookie(&house));
    let next = Redirect::to(crate::pages::local(&wanted.next).unwrap_or("/"));
    Ok((inside, nobody, nothing, next).into_response())
}
