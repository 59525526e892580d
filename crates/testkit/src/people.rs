//! Builders that go the way people go: every account, door and device comes about through the
//! verbs, so a test starts from what the product itself makes.

use crate::{TestHouse, id_number, phone_number};
use actions::{
    Answer, Failure,
    accounts::{
        make::{NewAccountForm, SetUpForm, invite, set_up},
        one_time_links,
        principals::{Staff, Visitor},
        register::{RegisterForm, register_manager},
        session,
        sms_codes::{CodeUse, send},
    },
    applications::{mine, review, submit},
    duty::devices,
    organisations,
    people::register,
};
use domain::{
    accounts::Role,
    applications::State,
    checkpoints::{CheckpointForm, CheckpointNumber},
    duty::DeviceKind,
    organisations::OrganisationForm,
    people::PersonForm,
};
use std::time::Duration;

/// The password of every account made here.
pub const PASSWORD: &str = "qinghe-2026-fuyang";

/// An open door with its code.
#[derive(Clone, Debug)]
pub struct Door {
    pub number: CheckpointNumber,
    /// The sixteen characters.
    pub code: String,
    /// Session of its manager.
    pub manager: String,
}

/// Does it, and again while the house is busy: many tests of one process hash passwords at once.
pub async fn patiently<T>(deed: impl AsyncFn() -> Answer<T>) -> Answer<T> {
    loop {
        match deed().await {
            Err(Failure::Busy) => tokio::time::sleep(Duration::from_millis(20)).await,
            other => return other,
        }
    }
}

impl TestHouse {
    fn next_person(&self) -> u32 {
        let mut people = self.people.lock();
        *people += 1;
        *people
    }

    /// A phone that nobody has yet.
    pub fn fresh_phone(&self) -> String {
        phone_number(self.next_person())
    }

    /// Sends a code and reads it.
    pub async fn sms_code(&self, code_use: CodeUse, phone: &str) -> String {
        send(&self.house, code_use, phone, None).await.unwrap();
        self.outbox.code(phone).unwrap()
    }

    /// A manager's session token.
    pub async fn manager(&self) -> String {
        let phone = self.fresh_phone();
        self.manager_of(&phone).await
    }

    /// The session token of a manager with this phone, who has no account yet.
    pub async fn manager_of(&self, phone: &str) -> String {
        let form = RegisterForm {
            name: "韩梅".to_owned(),
            sms_code: self.sms_code(CodeUse::Account, phone).await,
            phone: phone.to_owned(),
            password: PASSWORD.to_owned(),
        };
        patiently(|| register_manager(&self.house, &form)).await.unwrap().0
    }

    /// A session token of an account with this role, narrowed to `county` unless it is empty.
    pub async fn staff_token(&self, role: Role, county: &str) -> String {
        if role == Role::Manager {
            return self.manager().await;
        }
        let url = if role == Role::Administrator {
            self.administrator_link().await
        } else {
            let link = self.administrator_link().await;
            let token = self.follow(&link).await;
            let administrator =
                session::staff(&self.house, &token).await.unwrap().as_administrator().unwrap();
            let form = NewAccountForm { role: role.code().to_owned(), county: county.to_owned() };
            invite(&self.house, &administrator, &form).await.unwrap()
        };
        self.follow(&url).await
    }

    /// A set-up link for an administrator: the first one's, or one that an administrator made.
    async fn administrator_link(&self) -> String {
        use registry::LinkUse;
        if let Ok(url) = one_time_links::first_set_up(&self.house).await {
            return url;
        }
        // There is one already; a test has no use for signing in as that one, so another is made.
        let mac_of =
            |token: &str| self.house.vault.mac(vault::Purpose::OneTimeLink, token.as_bytes());
        let token = self.house.fresh_token();
        let link = registry::Link {
            link_use: LinkUse::SetUp { role: Role::Administrator, county: None },
            expires: self.house.now().plus(60_000),
        };
        self.house.registry.insert_link(&mac_of(&token), &link, None).await.unwrap();
        format!("http://127.0.0.1:8080/set-up/{token}")
    }

    async fn follow(&self, url: &str) -> String {
        let link = url.rsplit('/').next().unwrap();
        let phone = self.fresh_phone();
        let mut form = SetUpForm {
            name: "李雷".to_owned(),
            phone: phone.clone(),
            password: PASSWORD.to_owned(),
            ..SetUpForm::default()
        };
        if self.house.settings.second_factor {
            form.sms_code = self.sms_code(CodeUse::Account, &phone).await;
        }
        patiently(|| set_up(&self.house, link, &form)).await.unwrap().0.0
    }

    /// Whose session this is.
    pub async fn staff(&self, token: &str) -> Staff {
        session::staff(&self.house, token).await.unwrap()
    }

    /// A form for a door in 颍州区 that nobody has applied for yet.
    pub fn checkpoint_form(&self) -> CheckpointForm {
        let n = self.next_person();
        CheckpointForm {
            name: "阜阳市人民医院（南区）".to_owned(),
            door: format!("{n} 号门"),
            address: "三清路 501 号".to_owned(),
            county: "341202".to_owned(),
            township: "341202001".to_owned(),
            category: "105".to_owned(),
            responsible_name: "赵敏".to_owned(),
            responsible_phone: phone_number(n),
        }
    }

    /// A manager with an organisation in 颍州区: session token.
    pub async fn manager_with_organisation(&self) -> String {
        let token = self.manager().await;
        let form = OrganisationForm {
            name: "阜阳市人民医院".to_owned(),
            credit_code: String::new(),
            county: "341202".to_owned(),
            township: "341202001".to_owned(),
        };
        let manager = self.staff(&token).await.as_manager().unwrap();
        organisations::create(&self.house, &manager, &form).await.unwrap();
        token
    }

    /// A door that was applied for and approved.
    pub async fn door(&self) -> Door {
        self.door_of(&self.checkpoint_form()).await
    }

    /// This door, applied for and approved.
    pub async fn door_of(&self, form: &CheckpointForm) -> Door {
        self.door_at(self.manager_with_organisation().await, form).await
    }

    /// Two doors of one place.
    pub async fn two_doors(&self) -> (Door, Door) {
        let token = self.manager_with_organisation().await;
        let one = self.door_at(token.clone(), &self.checkpoint_form()).await;
        (one, self.door_at(token, &self.checkpoint_form()).await)
    }

    async fn door_at(&self, token: String, form: &CheckpointForm) -> Door {
        let manager = self.staff(&token).await.as_manager().unwrap();
        let number = submit::submit(&self.house, &manager, form).await.unwrap();
        let reviewer = self.staff_token(Role::Reviewer, "341202").await;
        let reviewer = self.staff(&reviewer).await.as_reviewer().unwrap();
        let filter = review::Filter::all(State::Submitted);
        let queue = review::queue(&self.house, &reviewer, &filter).await.unwrap();
        let application = queue.rows.last().unwrap().id;
        let mut now = review::approve(&self.house, &reviewer, application, 1).await.unwrap();
        if now == State::Endorsed {
            let other = self.staff_token(Role::Reviewer, "").await;
            let other = self.staff(&other).await.as_reviewer().unwrap();
            now = review::approve(&self.house, &other, application, 1).await.unwrap();
        }
        assert_eq!(now, State::Approved);
        let mine = mine::one(&self.house, &manager, number).await.unwrap();
        let code = mine.code.unwrap().url.rsplit('/').next().unwrap().to_owned();
        Door { number, code, manager: token }
    }

    /// A duty device's token at a door.
    pub async fn duty(&self, door: &Door) -> String {
        self.device(door, DeviceKind::Duty).await
    }

    /// The token of a door's electronic sign.
    pub async fn sign(&self, door: &Door) -> String {
        self.device(door, DeviceKind::Sign).await
    }

    async fn device(&self, door: &Door, kind: DeviceKind) -> String {
        let manager = self.staff(&door.manager).await.as_manager().unwrap();
        let link = devices::make_link(&self.house, &manager, door.number).await.unwrap();
        let link = link.url.rsplit('/').next().unwrap().to_owned();
        devices::enrol(&self.house, &link, "值守屏", kind).await.unwrap()
    }

    /// A form of somebody who is not registered yet.
    pub fn person_form(&self) -> PersonForm {
        let n = self.next_person();
        PersonForm {
            name: "王小明".to_owned(),
            id_kind: "resident_id".to_owned(),
            id_number: id_number(n),
            phone: phone_number(n),
            of_age: false,
            consent: true,
        }
    }

    /// A registered visitor and the session token.
    pub async fn visitor(&self) -> (Visitor, String) {
        let form = self.person_form();
        let code = self.sms_code(CodeUse::Visitor, &form.phone).await;
        register::register(&self.house, &form, &code).await.unwrap()
    }
}
