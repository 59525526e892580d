//! A page gives back what was put in, and finds every flipped bit.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use proptest::prelude::*;

use super::*;
use crate::visit::{TIME_MS_MAX, TIME_MS_MIN};

const DAY_START_MS: i64 = 1_795_363_200_000;
const DAY_MS: i64 = 86_400_000;

fn encoded(order: Order, visits: &[Visit]) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(order, DAY_START_MS, visits, &mut Scratch::default(), &mut bytes);
    bytes
}

fn decoded(bytes: &[u8]) -> Vec<Visit> {
    let page = Page::read(bytes).unwrap();
    let (mut majors, mut times) = ([0; ROWS_MAX], [0; ROWS_MAX]);
    page.keys(&mut majors, &mut times);
    let mut visits = Vec::new();
    page.visits(0..page.rows(), (&majors, &times), DAY_START_MS, &mut visits).unwrap();
    visits
}

fn any_visit() -> impl Strategy<Value = Visit> {
    let small_or_any = prop_oneof![3 => 0..50_u64, 1 => any::<u64>()];
    (
        (small_or_any, prop_oneof![3 => 0..9_u32, 1 => any::<u32>()], 0..DAY_MS),
        prop_oneof![3 => Just(None), 1 => (TIME_MS_MIN..TIME_MS_MAX).prop_map(Some)],
        (0..3_u8, 0..4_u32, any::<u8>(), 0..2_u8, 0..2_u16),
    )
        .prop_map(|((person, checkpoint, in_day), recorded, rest)| Visit {
            person,
            checkpoint,
            entered_ms: DAY_START_MS + in_day,
            recorded_ms: recorded.unwrap_or(DAY_START_MS + in_day),
            method: rest.0,
            operator: rest.1,
            verdict: rest.2,
            status: rest.3,
            flags: rest.4,
        })
}

fn sorted(order: Order, mut visits: Vec<Visit>) -> Vec<Visit> {
    visits.sort_by_key(|visit| order.key(visit));
    visits
}

proptest! {
    #[test]
    fn what_is_encoded_is_decoded_in_both_orders(
        visits in prop::collection::vec(any_visit(), 1..300),
    ) {
        for order in Order::ALL {
            let visits = sorted(order, visits.clone());
            let bytes = encoded(order, &visits);
            prop_assert_eq!(length(&bytes), Ok(bytes.len()));
            prop_assert_eq!(Page::read(&bytes).unwrap().order(), order);
            prop_assert_eq!(decoded(&bytes), visits);
        }
    }

    #[test]
    fn any_stretch_of_rows_is_decoded_alone(
        visits in prop::collection::vec(any_visit(), 1..400),
        ends in (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
    ) {
        let visits = sorted(Order::Checkpoint, visits);
        let (a, b) = (ends.0.index(visits.len()), ends.1.index(visits.len()));
        let rows = a.min(b)..a.max(b);
        let bytes = encoded(Order::Checkpoint, &visits);
        let page = Page::read(&bytes).unwrap();
        let (mut majors, mut times) = ([0; ROWS_MAX], [0; ROWS_MAX]);
        page.keys(&mut majors, &mut times);
        let mut some = Vec::new();
        page.visits(rows.clone(), (&majors, &times), DAY_START_MS, &mut some).unwrap();
        prop_assert_eq!(&some[..], &visits[rows]);
    }

    #[test]
    fn any_flipped_bit_is_found(
        visits in prop::collection::vec(any_visit(), 1..40),
        bit in any::<prop::sample::Index>(),
    ) {
        let mut bytes = encoded(Order::Person, &sorted(Order::Person, visits));
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(Page::read(&bytes).is_err());
    }

    #[test]
    fn arbitrary_columns_under_a_good_checksum_never_panic(
        rest in prop::collection::vec(any::<u8>(), 28..2_000),
        rows in 1..=ROWS_MAX as u16,
    ) {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&(12 + rest.len() as u32).to_le_bytes());
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&rest);
        bytes[12..14].copy_from_slice(&rows.to_le_bytes());
        bytes[15] &= 3;
        let crc = crc32c::crc32c(&bytes[12..]);
        bytes[8..12].copy_from_slice(&crc.to_le_bytes());
        if let Ok(page) = Page::read(&bytes) {
            let (mut majors, mut times) = ([0; ROWS_MAX], [0; ROWS_MAX]);
            page.keys(&mut majors, &mut times);
            let _ = page.visits(0..page.rows(), (&majors, &times), DAY_START_MS, &mut Vec::new());
        }
    }
}

#[test]
fn a_full_page_of_extremes_keeps_to_the_longest_length() {
    let visits = (0..ROWS_MAX as u32).map(|n| Visit {
        person: u64::from(n) << 54,
        checkpoint: n.wrapping_mul(0x9e37_79b9),
        entered_ms: DAY_START_MS + i64::from(n.wrapping_mul(0x9e37_79b9) % 86_400_000),
        recorded_ms: if n % 2 == 0 { TIME_MS_MIN } else { TIME_MS_MAX - 1 },
        method: n as u8,
        operator: n,
        verdict: 0,
        status: 0,
        flags: n as u16,
    });
    for order in Order::ALL {
        let visits = sorted(order, visits.clone().collect());
        let bytes = encoded(order, &visits);
        assert!(bytes.len() <= BYTES_MAX);
        assert_eq!(decoded(&bytes), visits);
    }
}
