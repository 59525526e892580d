//! Starts and later starts: what is settled, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;
use crate::commands::backup::tests::visit;
use std::path::PathBuf;
use tempfile::TempDir;

const HERE: &str = "http://127.0.0.1:8080";
const OURS: &str = "https://cs.example.gov.cn";
const OTHER: &str = "https://other.example.gov.cn";

struct Site {
    // Removed when dropped.
    _folder: TempDir,
    data: DataArgs,
}

impl Site {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let data = DataArgs { data: folder.path().join("data"), database: None };
        Self { _folder: folder, data }
    }

    fn key_file(&self) -> PathBuf {
        self.data.data.join("keys").join("master.key")
    }

    async fn start(&self, wiring: &Wiring) -> anyhow::Result<Settings> {
        let house = open(&self.data, wiring).await?;
        close(&house).await?;
        Ok(house.settings.clone())
    }

    async fn refusal(&self, wiring: &Wiring) -> String {
        format!("{:#}", self.start(wiring).await.unwrap_err())
    }
}

fn of_kind(kind: Kind) -> Wiring {
    Wiring { kind: Some(kind), here: HERE.to_owned(), ..Wiring::quiet() }
}

fn real_with(url: &str, change: bool) -> Wiring {
    Wiring { given_url: GivenUrl { url: Some(url.to_owned()), change }, ..of_kind(Kind::Real) }
}

#[tokio::test]
async fn a_lost_key_file_is_never_replaced() {
    let site = Site::new();
    site.start(&of_kind(Kind::Real)).await.unwrap();
    let kept = fs::read(site.key_file()).unwrap();
    fs::remove_file(site.key_file()).unwrap();
    for wiring in [of_kind(Kind::Real), Wiring::quiet()] {
        let says = site.refusal(&wiring).await;
        assert!(says.contains("no key file") && says.contains("from its backup"), "{says}");
        assert!(!site.key_file().exists());
    }
    fs::remove_dir(site.key_file().parent().unwrap()).unwrap();
    assert!(site.refusal(&of_kind(Kind::Real)).await.contains("no key file"));

    private_folder(site.key_file().parent().unwrap()).unwrap();
    fs::write(site.key_file(), kept).unwrap();
    fs::set_permissions(site.key_file(), fs::Permissions::from_mode(0o600)).unwrap();
    site.start(&of_kind(Kind::Real)).await.unwrap();
}

#[tokio::test]
async fn visits_are_never_given_a_new_registry() {
    for sealed in [false, true] {
        let site = Site::new();
        let house = open(&site.data, &of_kind(Kind::Real)).await.unwrap();
        house.visits.append(visit(1)).await.unwrap();
        if sealed {
            house.visits.tidy().await.unwrap();
        }
        close(&house).await.unwrap();
        let registry = site.data.data.join("registry.sqlite");
        let aside = registry.with_extension("aside");
        fs::rename(&registry, &aside).unwrap();
        let keys = site.key_file().parent().unwrap().to_owned();
        for key_too in [false, true] {
            if key_too {
                fs::rename(&keys, keys.with_extension("aside")).unwrap();
            }
            for wiring in [of_kind(Kind::Real), of_kind(Kind::Demo), Wiring::quiet()] {
                let says = site.refusal(&wiring).await;
                assert!(says.contains("holds visits") && says.contains("put back"), "{says}");
                assert!(says.contains(registry.to_str().unwrap()), "{says}");
            }
            assert_eq!(keys.exists(), !key_too, "no key was made");
        }
        fs::rename(keys.with_extension("aside"), &keys).unwrap();
        let beside = open_beside(&site.data, &Wiring::quiet()).await.err().unwrap();
        assert!(format!("{beside:#}").contains("nothing was ever started"), "{beside:#}");
        fs::rename(&aside, &registry).unwrap();
        site.start(&of_kind(Kind::Real)).await.unwrap();
        close(&open_beside(&site.data, &Wiring::quiet()).await.unwrap()).await.unwrap();
    }
}

#[tokio::test]
async fn the_key_file_of_another_installation_is_refused() {
    let (site, other) = (Site::new(), Site::new());
    site.start(&of_kind(Kind::Real)).await.unwrap();
    other.start(&of_kind(Kind::Real)).await.unwrap();
    fs::copy(other.key_file(), site.key_file()).unwrap();
    let says = site.refusal(&of_kind(Kind::Real)).await;
    assert!(says.contains("not the one this registry was written with"), "{says}");
    assert!(says.contains(site.key_file().to_str().unwrap()), "{says}");
}

#[tokio::test]
async fn a_demonstration_and_a_real_system_never_share_a_folder() {
    for (first, second) in [(Kind::Demo, Kind::Real), (Kind::Real, Kind::Demo)] {
        let site = Site::new();
        site.start(&of_kind(first)).await.unwrap();
        let says = site.refusal(&of_kind(second)).await;
        for word in ["demonstration", "real system", "--data"] {
            assert!(says.contains(word), "{says}");
        }
        let settings = site.start(&of_kind(first)).await.unwrap();
        assert_eq!(settings.demo, first == Kind::Demo);
    }
}

#[tokio::test]
async fn a_command_that_works_with_either_kind_changes_none_and_begins_a_real_one() {
    let site = Site::new();
    site.start(&of_kind(Kind::Demo)).await.unwrap();
    assert!(site.start(&Wiring::quiet()).await.unwrap().demo);
    site.start(&of_kind(Kind::Demo)).await.unwrap();

    let fresh = Site::new();
    assert!(!fresh.start(&Wiring::quiet()).await.unwrap().demo);
    assert!(fresh.refusal(&of_kind(Kind::Demo)).await.contains("holds a real system"));
}

#[tokio::test]
async fn the_public_url_is_kept_from_the_first_time_it_is_given() {
    let site = Site::new();
    let url = async |wiring: Wiring| site.start(&wiring).await.unwrap().public_url;
    assert_eq!(url(of_kind(Kind::Real)).await, HERE);
    let elsewhere = Wiring { here: "http://127.0.0.1:9090".to_owned(), ..of_kind(Kind::Real) };
    assert_eq!(url(elsewhere).await, "http://127.0.0.1:9090", "the address was not kept");
    assert_eq!(url(real_with(OURS, false)).await, OURS);
    assert_eq!(url(of_kind(Kind::Real)).await, OURS);
    assert_eq!(url(real_with(OURS, false)).await, OURS);

    let says = site.refusal(&real_with(OTHER, false)).await;
    for word in [OURS, OTHER, "--change-public-url", "stops working"] {
        assert!(says.contains(word), "{says}");
    }
    assert_eq!(url(of_kind(Kind::Real)).await, OURS, "a refused one is not kept");
    assert_eq!(url(real_with(OTHER, true)).await, OTHER);
    assert_eq!(url(of_kind(Kind::Real)).await, OTHER);
}

#[tokio::test]
async fn a_demonstrations_address_follows_its_port() {
    let site = Site::new();
    for here in [HERE, "http://127.0.0.1:9090"] {
        let wiring = Wiring { here: here.to_owned(), ..of_kind(Kind::Demo) };
        assert_eq!(site.start(&wiring).await.unwrap().public_url, here);
    }
}

#[tokio::test]
async fn a_data_folder_open_to_others_is_refused_before_anything_is_written() {
    for mode in [0o755, 0o750, 0o701, 0o770] {
        let site = Site::new();
        fs::create_dir(&site.data.data).unwrap();
        fs::set_permissions(&site.data.data, fs::Permissions::from_mode(mode)).unwrap();
        let says = site.refusal(&of_kind(Kind::Real)).await;
        assert!(says.contains(&format!("chmod 700 {}", site.data.data.display())), "{says}");
        assert_eq!(fs::read_dir(&site.data.data).unwrap().count(), 0);
        fs::set_permissions(&site.data.data, fs::Permissions::from_mode(0o700)).unwrap();
        site.start(&of_kind(Kind::Real)).await.unwrap();
    }
}

#[tokio::test]
async fn a_file_is_no_data_folder_and_keeps_its_mode() {
    let site = Site::new();
    fs::write(&site.data.data, "text").unwrap();
    let says = site.refusal(&of_kind(Kind::Real)).await;
    assert!(says.contains("is no folder") && !says.contains("chmod"), "{says}");
}

#[tokio::test]
async fn a_new_data_folder_is_its_owners_alone_and_its_parents_are_as_usual() {
    let mut site = Site::new();
    site.data.data = site.data.data.join("below");
    site.start(&of_kind(Kind::Real)).await.unwrap();
    for folder in [site.data.data.clone(), site.data.data.join("keys")] {
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

mod text_messages {
    use super::super::TextMessages;
    use crate::config::{ServeArgs, Sms};
    use clap::Parser;
    use std::{os::unix::fs::PermissionsExt, path::Path};

    #[derive(Parser)]
    struct Words {
        #[command(flatten)]
        args: ServeArgs,
    }

    fn words(more: &[&str]) -> Result<ServeArgs, clap::Error> {
        let words = [&["serve"], more].concat();
        Words::try_parse_from(words).map(|words| words.args)
    }

    const TEMPLATES: &str = "code=SMS_1,notice=SMS_2,several=SMS_3,door_invitation=SMS_4,\
        unit_invitation=SMS_5,phone_change=SMS_6,phone_changed=SMS_7";

    fn secret(folder: &Path, text: &str, mode: u32) -> String {
        let file = folder.join("secret");
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        file.display().to_string()
    }

    /// What is said of these words.
    fn refused(more: &[&str]) -> String {
        let args = words(more).unwrap();
        match TextMessages::settled(&args.sms) {
            Ok(_) => panic!("taken: {more:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_provider_needs_everything_it_was_registered_with() {
        let folder = tempfile::tempdir().unwrap();
        let file = secret(folder.path(), " s3cret \n", 0o600);
        let whole = [
            "--sms",
            "aliyun",
            "--sms-key-id",
            "id",
            "--sms-sign-name",
            "阜阳场所码",
            "--sms-secret-file",
            &file,
            "--sms-template",
            TEMPLATES,
        ];
        let args = words(&whole).unwrap();
        assert_eq!(args.sms.sms, Sms::Aliyun);
        let Ok(TextMessages::Aliyun(settings)) = TextMessages::settled(&args.sms) else {
            panic!("not taken");
        };
        assert_eq!((settings.key_secret.as_str(), settings.templates.len()), ("s3cret", 7));
        assert_eq!(settings.endpoint, "https://dysmsapi.aliyuncs.com");
        assert!(refused(&whole[..4]).contains("--sms-sign-name"));
        assert!(refused(&whole[..6]).contains("--sms-secret-file"));
        assert!(refused(&whole[..8]).contains("code, notice, several"));
        let some = [&whole[..9], &["code=SMS_1,notice=SMS_2"]].concat();
        assert!(refused(&some).contains("several, door_invitation, unit_invitation"));
    }

    #[test]
    fn a_secret_that_others_can_read_or_that_is_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let whole = |file: &str| {
            let words = [
                "--sms",
                "aliyun",
                "--sms-key-id",
                "id",
                "--sms-sign-name",
                "x",
                "--sms-secret-file",
                file,
                "--sms-template",
                TEMPLATES,
            ];
            refused(&words)
        };
        assert!(whole(&secret(folder.path(), "s3cret", 0o644)).contains("chmod 600"));
        assert!(whole(&secret(folder.path(), " \n", 0o600)).contains("is empty"));
        assert!(whole("/nowhere/secret").contains("/nowhere/secret"));
    }

    #[test]
    fn addresses_and_templates_that_cannot_be_are_refused() {
        for bad in [
            "dysmsapi.aliyuncs.com",
            "http://dysmsapi.aliyuncs.com",
            "https://",
            "https://a/b",
            "https://me@a",
            "http://127.0.0.1.example.com:80",
            "ftp://127.0.0.1",
        ] {
            assert!(words(&["--sms-endpoint", bad]).is_err(), "{bad}");
        }
        for good in ["https://proxy.example.cn:8443/", "http://127.0.0.1:9000", "http://localhost"]
        {
            assert!(words(&["--sms-endpoint", good]).is_ok(), "{good}");
        }
        for bad in ["code", "code=", "other=SMS_1", "code=SMS 1"] {
            assert!(words(&["--sms-template", bad]).is_err(), "{bad}");
        }
    }
}
