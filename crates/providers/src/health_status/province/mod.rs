//! The gateway of Anhui's health code (安康码), asked by document number:
//! `POST …/prov-city-rest/check/checkHealthyByIdCardNo` with parameters in the query string, and the
//! answer `{flag, errMsg, data: {name, userPhone, idCardNo, healthLevel}}`.

pub mod mock;
mod settings;
mod sign;
#[cfg(test)]
mod tests;
mod wire;

pub use settings::ProvinceSettings;
pub use sign::{Asked, HmacSha256, Sign, Unsigned};

use super::sources::{OneSource, Trouble};
use crate::https::Https;
use actions::{health_status::Identity, sms::BoxFuture};
use domain::{
    health_status::{HealthStatus, Source},
    outside::Dice,
    people::IdKind,
    time::UnixMs,
};
use std::{io, sync::Arc, time::Duration};

/// The gateway's path for asking by document number.
pub const PATH: &str = "/prov-city-rest/check/checkHealthyByIdCardNo";

/// The gateway.
pub struct Province {
    settings: ProvinceSettings,
    sign: Box<dyn Sign>,
    https: Https,
}

impl Province {
    /// Ready to ask, with the signature of the settings.
    ///
    /// # Errors
    /// When this machine's certificates cannot be read.
    pub fn new(settings: ProvinceSettings, dice: Arc<dyn Dice>) -> io::Result<Self> {
        let sign: Box<dyn Sign> = match &settings.sign_secret {
            Some(secret) => Box::new(HmacSha256::new(secret.clone(), dice)),
            None => Box::new(Unsigned),
        };
        Self::signing_with(settings, sign)
    }

    /// Ready to ask, with a signature of one's own.
    ///
    /// # Errors
    /// When this machine's certificates cannot be read.
    pub fn signing_with(settings: ProvinceSettings, sign: Box<dyn Sign>) -> io::Result<Self> {
        Ok(Self { settings, sign, https: Https::new()? })
    }

    fn asked(&self, who: &Identity) -> Asked {
        let s = &self.settings;
        let parameters = [
            ("authToken", s.auth_token.as_str()),
            ("checkUsrIdCard", s.checker_id.as_str()),
            ("checkUsrName", s.checker_name.as_str()),
            ("cityNo", s.city_no.as_str()),
            ("dataSource", s.data_source.as_str()),
            ("idcardNo", who.id_number.as_str()),
            ("siteId", s.site_id.as_str()),
            ("userName", who.name.as_str()),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Asked { path: PATH, parameters: parameters.into(), headers: Vec::new() }
    }

    async fn ask_it(&self, who: &Identity, now: UnixMs) -> Result<HealthStatus, Trouble> {
        // The gateway knows people by resident ID.
        if who.id_kind != IdKind::ResidentId {
            return Err(Trouble::Refused);
        }
        let mut asked = self.asked(who);
        self.sign.sign(&mut asked, now).map_err(Trouble::Failed)?;
        let request = asked.request(&self.settings.url).map_err(Trouble::Failed)?;
        let (status, bytes) = self.https.ask(request).await.map_err(Trouble::Failed)?;
        let colour = wire::colour(status, &bytes, who)?;
        let source = Source::Province;
        Ok(HealthStatus { colour, source, ..HealthStatus::unknown(now) })
    }
}

impl OneSource for Province {
    fn ask<'a>(
        &'a self,
        who: &'a Identity,
        now: UnixMs,
    ) -> BoxFuture<'a, Result<HealthStatus, Trouble>> {
        Box::pin(self.ask_it(who, now))
    }

    fn name(&self) -> &str {
        &self.settings.name
    }

    fn wait(&self) -> Duration {
        self.settings.wait
    }
}
