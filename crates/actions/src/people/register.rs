//! A visitor registers once.

use crate::{Answer, House, accounts::principals::Visitor};
use domain::people::PersonForm;

/// Registers a person, or finds the one who has this document already, and gives a session token
/// that lasts a year.
///
/// # Errors
/// `Invalid` with every complaint: `name`, `id_kind`, `id_number`, `phone`, `sms_code`, `consent`.
pub async fn register(
    house: &House,
    form: &PersonForm,
    sms_code: &str,
) -> Answer<(Visitor, String)> {
    let _ = (house, form, sms_code);
    todo!()
}
