//! `venuecode demo`: an invented city to look around in. A second start keeps what is there.

pub(crate) mod city;
mod inspections;
pub(crate) mod people;
mod register;
pub(crate) mod tokens;
mod visits;

use crate::{
    config::{DataArgs, LimitArgs, SecondFactor},
    installation::{GivenUrl, Kind},
    outside::{SystemClock, SystemDice},
    run, wiring,
    wiring::{HealthSources, TextMessages, Wiring},
};
use actions::{House, accounts::one_time_links::sign_in_link, duty::devices::demo_link};
use anyhow::Context;
use clap::{Args, ValueEnum};
use domain::{
    accounts::Role, applications::ReviewSteps, checkpoints::CheckpointNumber, retention::KeptDays,
};
use providers::entry_apps::stand_in::StandIn;
use providers::health_status::province::mock::MockGateway;
use providers::identity_check::mock::{Behaviour, MockIdentityGateway};
use std::{
    fmt::Write as _,
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};
use tokens::TokensFile;

/// How the outside source of health status is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Source {
    /// It has an invented status for everybody.
    Invented,
    /// It never answers, as when its network is down.
    Gone,
    /// It is asked as the province's gateway is, and a stand-in on this machine answers.
    Gateway,
}

/// How the stand-in for the identity check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum IdentityCheck {
    /// Nobody is asked.
    Off,
    /// It knows the invented people by name, and takes everybody else for whom they say.
    StandIn,
    /// It closes every connection without an answer.
    Gone,
    /// It answers after ten seconds.
    Slow,
    /// It answers with a page of some proxy.
    Garbage,
    /// It answers another question than was asked.
    Foreign,
}

impl IdentityCheck {
    /// A running stand-in that behaves like this.
    async fn start(self) -> anyhow::Result<Option<MockIdentityGateway>> {
        let behaviour = match self {
            Self::Off => return Ok(None),
            Self::StandIn => Behaviour::Honest,
            Self::Gone => Behaviour::HangsUp,
            Self::Slow => Behaviour::Slow(Duration::from_secs(10)),
            Self::Garbage => Behaviour::Garbage,
            Self::Foreign => Behaviour::Foreign,
        };
        let stand_in = MockIdentityGateway::start().await?;
        for n in 1..=people::PEOPLE {
            stand_in.know(&people::id_number(n)?, &people::name(n));
        }
        stand_in.behave(behaviour);
        Ok(Some(stand_in))
    }
}

/// What a demonstration needs to know.
#[derive(Args, Clone, Debug)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    data: DataArgs,
    /// Address to listen on.
    #[arg(long, env = "VENUECODE_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// How the outside source of health status is.
    #[arg(long, value_enum, default_value = "invented")]
    health_source: Source,
    /// How the stand-in for the identity check is.
    #[arg(long, value_enum, default_value = "stand-in")]
    identity_check: IdentityCheck,
    #[command(flatten)]
    limits: LimitArgs,
    /// Also writes visitor tokens and codes for `load`, readable by you alone.
    #[arg(long)]
    tokens: Option<PathBuf>,
}

/// Loads the city at first start, says what to open, and serves.
pub(crate) async fn run(args: DemoArgs) -> anyhow::Result<ExitCode> {
    let listener = run::bind(args.listen).await?;
    let here = format!("http://{}", listener.local_addr()?);
    let gateway = match args.health_source {
        Source::Gateway => Some(MockGateway::start(None).await.context("the stand-in gateway")?),
        Source::Invented | Source::Gone => None,
    };
    let health = match (args.health_source, &gateway) {
        (_, Some(gateway)) => HealthSources::Gateways(vec![gateway.settings()]),
        (Source::Gone, None) => HealthSources::Gone,
        (_, None) => HealthSources::None,
    };
    let police = args.identity_check.start().await.context("the stand-in identity check")?;
    let address = listener.local_addr()?.ip();
    let apps = StandIn::start(address, &here, Arc::new(SystemClock), Arc::new(SystemDice)).await;
    let apps = apps.context("the stand-in for entry apps")?;
    let wiring = Wiring {
        kind: Some(Kind::Demo),
        here: here.clone(),
        given_url: GivenUrl::default(),
        sms: TextMessages::Console,
        entry_apps: apps.apps()?,
        second_factor: SecondFactor::Sms,
        hotline: None,
        answer_days: domain::requests::ANSWER_DAYS,
        kept: KeptDays::default(),
        review_steps: ReviewSteps::One,
        health,
        identity_check: police.as_ref().map(MockIdentityGateway::settings),
        serves: Some(args.limits.clone()),
    };
    let house = wiring::open(&args.data, &wiring).await?;
    let mut out = std::io::stdout();
    if house.registry.count_people().await? == 0 {
        writeln!(out, "loading the demo city …")?;
        load(&house).await.context("loading the demo city")?;
        house.catch_up().await?;
    }
    city::complete(&house).await?;
    if let Some(path) = &args.tokens {
        write_tokens(&house, path).await?;
    }
    let said = screen(&house, &here, &args.data.data, &apps.url).await?;
    out.write_all(said.as_bytes())?;
    out.flush()?;
    run::serve(house, listener, None).await?;
    Ok(ExitCode::SUCCESS)
}

/// Everything at once: regions are there already.
async fn load(house: &House) -> anyhow::Result<()> {
    city::load(house, city::DOORS).await?;
    register::load(house).await?;
    inspections::load(house).await?;
    people::load(house).await?;
    visits::load(house).await
}

/// One screen: what to open, in which order, and how to stop.
pub(crate) async fn screen(
    house: &House,
    here: &str,
    data: &Path,
    apps: &str,
) -> anyhow::Result<String> {
    let mut said = String::new();
    // The new ones take the place of those that an earlier start printed.
    house.registry.void_entry_links().await?;
    let first_door = CheckpointNumber(1);
    let code = house.registry.code_of(first_door).await?.context("the first door has no code")?;
    let door = format!("{} {}", code.name, code.door);
    let enrol = demo_link(house, first_door).await?;
    writeln!(said, "\n场所码演示 · venuecode demo    {here}")?;
    writeln!(said, "人物与场所均为虚构；数据在 {}，再次启动会保留\n", data.display())?;
    writeln!(said, "市民 visitor          {here}/c/{}", code.code)?;
    writeln!(said, "  页脚可选像在微信、支付宝、云闪付、皖事通里打开；应用平台的替身在 {apps}")?;
    writeln!(said, "值守屏 duty screen     {}   （{door}）", enrol.url)?;
    for account in city::accounts(house).await? {
        let link = sign_in_link(house, account.id).await?;
        writeln!(said, "{}  {link}{}", label(account.role), account.remark)?;
    }
    let trial = people::trial(house)?;
    writeln!(said, "\n值守屏“证件号”可试：绿码 {}   红码 {}", trial.green, trial.red)?;
    writeln!(said, "流调可试病例证件号：{}", trial.case)?;
    writeln!(said, "登记可试身份核验：姓名填“不一致”或“查无此人”")?;
    writeln!(said, "短信验证码会显示在这里。登录链接用一次即失效，再次启动会换新的。")?;
    writeln!(said, "停止 stop：Ctrl-C\n")?;
    Ok(said)
}

/// The role in both languages, padded for a column of double-width characters.
fn label(role: Role) -> &'static str {
    match role {
        Role::Manager => "场所管理员 manager  ",
        Role::Reviewer => "审核员 reviewer    ",
        Role::Inspector => "巡查员 inspector   ",
        Role::Investigator => "流调员 investigator",
        Role::Auditor => "审计员 auditor     ",
        Role::Administrator => "系统管理员 admin    ",
        Role::PolicyOfficer => "防控专员 policy     ",
        Role::PrivacyOfficer => "个人信息专员 privacy",
    }
}

/// The demo's visitors and all codes.
pub(crate) async fn write_tokens(house: &House, path: &Path) -> anyhow::Result<()> {
    let mut file = TokensFile::create(path)?;
    for token in people::tokens(house).await? {
        file.line("visitor", &token)?;
    }
    for (_, code) in tokens::codes(house).await? {
        file.line("code", &code)?;
    }
    file.finish()
}
