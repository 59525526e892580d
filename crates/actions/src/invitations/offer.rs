//! Offering a door or a unit, and taking the offer, or the door, back.

use super::{account, door, line, masked, unit};
use crate::{
    Answer, Failure, House,
    accounts::principals::Manager,
    applications::submit::{own_checkpoint, own_organisation},
    sms::TextMessage,
};
use domain::{
    audit::Deed,
    checkpoints::{CheckpointNumber, Standing},
    invitations::open_until,
    phones::Phone,
    time::{HOUR_MS, UnixMs},
};
use registry::{Checkpoint, NewInvitation};
use vault::{Field, Index};

/// Somebody who is asked for several doors gets one text message for all of them.
const SMS_AGAIN_MS: i64 = HOUR_MS;
/// Offers of one unit in a day: each is a text message to a phone that nobody has reviewed.
const UNIT_OFFERS_MAX: i64 = 5;

/// What came of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offered {
    /// A text message says so.
    BySms,
    /// The phone was sent one within the hour; this offer stands beside that.
    BesideOthers,
    /// There is no provider of text messages: the caller has to say it.
    WithoutSms,
}

/// Who manages a door in place of its unit's manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DoorManager {
    /// Nobody.
    Nobody,
    /// Somebody is asked.
    Invited {
        /// Masked phone.
        phone: String,
        /// Until when they may answer.
        until: UnixMs,
    },
    /// Somebody does.
    Somebody {
        /// Masked name.
        name: String,
        /// Masked phone.
        phone: String,
    },
}

/// A unit that somebody is asked to take over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitOffer {
    /// Masked phone.
    pub phone: String,
    /// Until when they may answer.
    pub until: UnixMs,
}

/// Asks the door's responsible person, by the phone that was reviewed with it, to manage it.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` before approval, when that phone is the caller's own
/// or its owner manages the door already, and when the text message cannot be sent.
pub async fn offer_door(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
) -> Answer<Offered> {
    let checkpoint = own_checkpoint(house, caller, number).await?;
    if checkpoint.standing == Standing::Applying {
        return Err(Failure::Conflict("审核通过后才能邀请负责人管理"));
    }
    let phone = house.vault.open(Field::Phone, &checkpoint.record.responsible_phone_sealed)?;
    let phone = Phone::parse(&phone).map_err(Failure::broken)?;
    let index = house.vault.blind(Index::Phone, phone.as_str());
    if account(house, caller).await?.new.phone_index == index {
        return Err(Failure::Conflict("这个检查点的负责人就是您本人，不用邀请"));
    }
    let there = house.registry.account_by_phone(&index).await?.map(|there| there.id);
    if there.is_some() && there == checkpoint.manager {
        return Err(Failure::Conflict("对方已经在管理这个检查点"));
    }
    let organisation = house.registry.organisation(checkpoint.record.organisation).await?;
    let message = TextMessage::DoorInvitation {
        unit: organisation.map(|found| found.new.name).unwrap_or_default(),
        door: format!("{} {}", checkpoint.record.name, checkpoint.record.door),
    };
    let offer = Offer { organisation: checkpoint.record.organisation, door: Some(number), phone };
    offer.make(house, caller, &message).await
}

/// Asks whoever has this phone to take over the unit with all its doors.
///
/// # Errors
/// `Invalid` at `phone` for what is no number, or the caller's own; `TooMany` offers in a day;
/// `Conflict` without a unit, and when the text message cannot be sent.
pub async fn offer_unit(house: &House, caller: &Manager, phone: &str) -> Answer<Offered> {
    let organisation = own_organisation(house, caller).await?;
    let phone = Phone::parse(phone).map_err(|says| Failure::field("phone", says))?;
    let index = house.vault.blind(Index::Phone, phone.as_str());
    if account(house, caller).await?.new.phone_index == index {
        return Err(Failure::field("phone", "这是您自己的手机号，请填写接手人的"));
    }
    let today = house.now().day_start();
    if house.registry.count_unit_offers(organisation, today).await? >= UNIT_OFFERS_MAX {
        let says = "今天转交的次数太多，请明天再试";
        return Err(Failure::TooMany { says, retry_after_s: 3600 });
    }
    let unit = house.registry.organisation(organisation).await?.ok_or(Failure::NotFound)?.new.name;
    let offer = Offer { organisation, door: None, phone };
    offer.make(house, caller, &TextMessage::UnitInvitation { unit }).await
}

struct Offer {
    organisation: i64,
    door: Option<CheckpointNumber>,
    phone: Phone,
}

impl Offer {
    async fn make(
        &self,
        house: &House,
        caller: &Manager,
        message: &TextMessage,
    ) -> Answer<Offered> {
        let index = house.vault.blind(Index::Phone, self.phone.as_str());
        let last = house.registry.last_invited(self.organisation, &index).await?;
        let new = NewInvitation {
            organisation: self.organisation,
            checkpoint: self.door,
            phone_index: index.to_vec(),
            phone_sealed: house.vault.seal(Field::Phone, self.phone.as_str(), &*house.dice)?,
            expires: open_until(house.now()),
        };
        let subject = self.door.map_or_else(|| unit(self.organisation), door);
        let invited = line(house, caller, Deed::Invited, subject.clone(), "");
        let id = house.registry.invite(&new, &invited).await?;
        if !house.sms.is_there() {
            return Ok(Offered::WithoutSms);
        }
        if last.is_some_and(|last| house.now().since(last) < SMS_AGAIN_MS) {
            return Ok(Offered::BesideOthers);
        }
        if let Err(error) = house.sms.send(self.phone.as_str(), message).await {
            tracing::error!(%error, "an invitation could not be sent");
            // Nobody knows of it, so that it is not one.
            let line = line(house, caller, Deed::Invited, subject, "短信没有发出，收回");
            house.registry.unsay_invitation(id, &line).await?;
            return Err(Failure::Conflict("短信暂时发不出去，没有邀请，请稍后再试"));
        }
        Ok(Offered::BySms)
    }
}

/// Takes back what is open of one's own door, or the door from whoever manages it.
///
/// # Errors
/// `NotFound` for somebody else's; `Conflict` when there is neither.
pub async fn take_back_door(
    house: &House,
    caller: &Manager,
    number: CheckpointNumber,
) -> Answer<()> {
    let organisation = own_checkpoint(house, caller, number).await?.record.organisation;
    let line = line(house, caller, Deed::ManagerWithdrawn, door(number), "");
    let done = house.registry.withdraw_offer(organisation, Some(number), &line).await?;
    if done { Ok(()) } else { Err(Failure::Conflict("没有可以收回的邀请或管理")) }
}

/// Takes back the offer of one's own unit.
///
/// # Errors
/// `Conflict` when there is none.
pub async fn take_back_unit(house: &House, caller: &Manager) -> Answer<()> {
    let organisation = own_organisation(house, caller).await?;
    let line = line(house, caller, Deed::Invited, unit(organisation), "收回");
    let done = house.registry.withdraw_offer(organisation, None, &line).await?;
    if done { Ok(()) } else { Err(Failure::Conflict("没有可以收回的转交")) }
}

/// Who manages a door in place of its unit's manager.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn door_manager(house: &House, checkpoint: &Checkpoint) -> Answer<DoorManager> {
    if let Some(account) = checkpoint.manager {
        let account = house.registry.account(account).await?.ok_or(Failure::NotFound)?;
        return Ok(DoorManager::Somebody {
            name: house.vault.open(Field::MaskedName, &account.new.masked_sealed)?,
            phone: masked(house, &account.new.phone_sealed)?,
        });
    }
    let organisation = checkpoint.record.organisation;
    let open =
        house.registry.invitation_to(organisation, Some(checkpoint.number), house.now()).await?;
    open.map_or(Ok(DoorManager::Nobody), |open| {
        let phone = masked(house, &open.phone_sealed)?;
        Ok(DoorManager::Invited { phone, until: open.expires })
    })
}

/// The offer of one's own unit that waits for an answer.
///
/// # Errors
/// `Broken` when the registry cannot be read.
pub async fn open_offer(house: &House, caller: &Manager) -> Answer<Option<UnitOffer>> {
    let Some(organisation) = house.registry.organisation_of(caller.account).await? else {
        return Ok(None);
    };
    let open = house.registry.invitation_to(organisation.id, None, house.now()).await?;
    let offer = |open: registry::Invitation| {
        Ok(UnitOffer { phone: masked(house, &open.phone_sealed)?, until: open.expires })
    };
    open.map(offer).transpose()
}
