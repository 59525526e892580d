//! An offline code on the wire: `FY1:` and Base45 (RFC 9285) over COSE_Sign1 (RFC 9052) over CBOR.
//!
//! The payload is a map: 1 number of the code (8 bytes), 2 masked name, 3 kind of document, 4 the last
//! characters of its number, 5 issued and 6 expires (seconds since 1970 UTC). The protected header
//! names algorithm and key. `docs/decisions/0041-codes-that-people-hold-out.md` has the choices.

use coset::{
    CborSerializable, CoseSign1, CoseSign1Builder, HeaderBuilder, RegisteredLabelWithPrivate,
    TaggedCborSerializable,
    cbor::value::{Integer, Value},
};
use domain::{people::IdKind, text::narrow, time::UnixMs};
use vault::{Vault, VaultError};

/// How every code begins.
pub const PREFIX: &str = "FY1:";
/// SM2 with SM3, from COSE's range for private use: there is no number for it.
const ALGORITHM: i64 = -65_800;

/// What a code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// Its number.
    pub number: i64,
    /// Masked name, 王*明.
    pub masked_name: String,
    /// Kind of document.
    pub id_kind: IdKind,
    /// The last characters of the document's number.
    pub last_four: String,
    /// When it was made; whole seconds.
    pub issued: UnixMs,
    /// When it ends; whole seconds.
    pub expires: UnixMs,
}

/// Why a text is no code of this house, in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It begins otherwise.
    Prefix,
    /// Not Base45: read badly.
    Base45,
    /// Not a signed message, or not with what a code says in it.
    Cose,
    /// Signed with another key.
    Key,
    /// The signature does not fit.
    Signature,
}

impl Wrong {
    /// What a guard reads.
    #[must_use]
    pub fn says(self) -> &'static str {
        match self {
            Self::Prefix => "这不是离线码",
            Self::Base45 => "离线码没有读全，请把纸放平再扫一次",
            Self::Cose => "离线码的内容不对，请再扫一次；还不行请按证件号登记",
            Self::Key => "离线码不是本市系统发出的，请按证件号登记",
            Self::Signature => "离线码的签名不对，可能是伪造的，请核对证件后按证件号登记",
        }
    }
}

/// The text of a code, signed.
///
/// # Errors
/// Of the vault, when nothing can be signed.
pub fn write(vault: &Vault, card: &Card) -> Result<String, VaultError> {
    let mut protected = HeaderBuilder::new().key_id(vault.offline_key_name().to_vec()).build();
    protected.alg = Some(RegisteredLabelWithPrivate::PrivateUse(ALGORITHM));
    let payload = payload(card).to_vec().map_err(|_| VaultError::NoSignature)?;
    let message = CoseSign1Builder::new()
        .protected(protected)
        .payload(payload)
        .try_create_signature(&[], |bytes| vault.sign_offline_code(bytes).map(Vec::from))?
        .build();
    let bytes = message.to_tagged_vec().map_err(|_| VaultError::NoSignature)?;
    Ok(format!("{PREFIX}{}", base45::encode(bytes)))
}

/// Reads a text: prefix, Base45, COSE, key, signature.
///
/// # Errors
/// The first that is wrong.
pub fn read(vault: &Vault, text: &str) -> Result<Card, Wrong> {
    // A space may be a part of the code, also at its end.
    let text = narrow(text).trim_start().to_uppercase();
    let body = text.strip_prefix(PREFIX).ok_or(Wrong::Prefix)?;
    let bytes = base45::decode(body).or_else(|_| base45::decode(body.trim_end()));
    let bytes = bytes.map_err(|_| Wrong::Base45)?;
    let message = CoseSign1::from_tagged_slice(&bytes).map_err(|_| Wrong::Cose)?;
    let card = message.payload.as_deref().and_then(card).ok_or(Wrong::Cose)?;
    let header = &message.protected.header;
    if header.key_id != vault.offline_key_name()
        || header.alg != Some(RegisteredLabelWithPrivate::PrivateUse(ALGORITHM))
    {
        return Err(Wrong::Key);
    }
    let verify = |signature: &[u8], signed: &[u8]| {
        vault.verify_offline_code(signed, signature).then_some(()).ok_or(Wrong::Signature)
    };
    message.verify_signature(&[], verify)?;
    Ok(card)
}

/// A kind of document in a code; never changes.
fn kind_number(kind: IdKind) -> i64 {
    match kind {
        IdKind::ResidentId => 1,
        IdKind::HkMacauPermit => 2,
        IdKind::TaiwanPermit => 3,
        IdKind::ForeignResident => 4,
        IdKind::Passport => 5,
    }
}

fn payload(card: &Card) -> Value {
    let field = |key: i64, value: Value| (Value::from(key), value);
    Value::Map(vec![
        field(1, Value::Bytes(card.number.to_be_bytes().to_vec())),
        field(2, Value::Text(card.masked_name.clone())),
        field(3, Value::from(kind_number(card.id_kind))),
        field(4, Value::Text(card.last_four.clone())),
        field(5, Value::from(card.issued.0 / 1000)),
        field(6, Value::from(card.expires.0 / 1000)),
    ])
}

fn card(payload: &[u8]) -> Option<Card> {
    let Value::Map(fields) = Value::from_slice(payload).ok()? else { return None };
    let of = |key: i64| {
        let key = Value::from(key);
        fields.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    };
    let integer = |key| of(key)?.as_integer().and_then(|n: Integer| i64::try_from(n).ok());
    let text = |key| of(key)?.as_text().map(str::to_owned);
    let moment = |key| integer(key)?.checked_mul(1000).map(UnixMs);
    let kind = integer(3)?;
    let number = i64::from_be_bytes(of(1)?.as_bytes()?.as_slice().try_into().ok()?);
    Some(Card {
        number: Some(number).filter(|number| *number >= 0)?,
        masked_name: text(2)?,
        id_kind: IdKind::ALL.into_iter().find(|known| kind_number(*known) == kind)?,
        last_four: text(4)?,
        issued: moment(5)?,
        expires: moment(6)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn vault() -> Vault {
        Vault::from_master_key([7; 32])
    }

    fn a_card() -> Card {
        Card {
            number: 0x0123_4567_89ab_cdef,
            masked_name: "欧**国".to_owned(),
            id_kind: IdKind::ResidentId,
            last_four: "123X".to_owned(),
            issued: UnixMs(1_795_329_127_000),
            expires: UnixMs(1_810_915_200_000),
        }
    }

    /// The message of a good code, changed and signed by whoever signs.
    fn changed(change: impl FnOnce(&mut CoseSign1), sign: Option<&Vault>) -> String {
        let text = write(&vault(), &a_card()).unwrap();
        let bytes = base45::decode(&text[PREFIX.len()..]).unwrap();
        let mut message = CoseSign1::from_tagged_slice(&bytes).unwrap();
        message.protected.original_data = None;
        change(&mut message);
        if let Some(vault) = sign {
            message.signature = vault.sign_offline_code(&message.tbs_data(&[])).unwrap().to_vec();
        }
        format!("{PREFIX}{}", base45::encode(message.to_tagged_vec().unwrap()))
    }

    #[test]
    fn what_was_written_is_read_and_fits_a_small_code() {
        let text = write(&vault(), &a_card()).unwrap();
        assert_eq!(read(&vault(), &text), Ok(a_card()));
        assert!(text.len() <= 240, "{}", text.len());
        assert!(posters::Code::of_text(&text).unwrap().side_modules() <= 53 + 8);
        assert_eq!(read(&vault(), &format!("\t{}\r\n", text.to_lowercase())), Ok(a_card()));
    }

    #[test]
    fn each_check_has_its_own_word_in_its_order() {
        let good = write(&vault(), &a_card()).unwrap();
        let other = Vault::from_master_key([8; 32]);
        let nothing = Value::Map(Vec::new()).to_vec().unwrap();
        let name_only = Value::Map(vec![(Value::from(2), Value::from("王*明"))]).to_vec().unwrap();
        let cases = [
            (Wrong::Prefix, format!("HC1:{}", &good[4..])),
            (Wrong::Base45, good[..good.len() - 2].to_owned() + ":::"),
            (Wrong::Base45, "FY1:é".to_owned()),
            (Wrong::Cose, format!("FY1:{}", base45::encode(b"hello"))),
            (Wrong::Cose, changed(|m| m.payload = None, None)),
            (Wrong::Cose, changed(|m| m.payload = Some(nothing), Some(&vault()))),
            (Wrong::Cose, changed(|m| m.payload = Some(name_only), Some(&vault()))),
            (Wrong::Key, write(&other, &a_card()).unwrap()),
            (Wrong::Key, changed(|m| m.protected.header.alg = None, Some(&vault()))),
            (Wrong::Signature, changed(|m| m.signature[9] ^= 1, None)),
            (Wrong::Signature, changed(|_| {}, Some(&other))),
        ];
        for (wrong, text) in cases {
            assert_eq!(read(&vault(), &text), Err(wrong), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_card_comes_back_and_none_survives_a_changed_character(
            number in 0..=i64::MAX, name in "[\\u{4e00}-\\u{4f00}]\\*{1,3}", last in "[0-9X]{4}",
            at in 4_usize..190, by in "[0-9A-Z]",
        ) {
            let card = Card { number, masked_name: name, last_four: last, ..a_card() };
            let text = write(&vault(), &card).unwrap();
            prop_assert_eq!(read(&vault(), &text), Ok(card));
            let mut forged = text.clone();
            forged.replace_range(at..=at, &by);
            prop_assert!(forged == text || read(&vault(), &forged).is_err());
        }

        #[test]
        fn anything_at_all_is_answered(text: String) {
            prop_assert!(read(&vault(), &text).is_err());
            let with_prefix = format!("FY1:{text}");
            prop_assert!(read(&vault(), &with_prefix).is_err());
        }
    }
}
