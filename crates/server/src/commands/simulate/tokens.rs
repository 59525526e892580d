//! What a load run needs: sessions and ID numbers of visitors, codes of all doors, duty devices.

use super::{SimulateArgs, people::EPOCH};
use crate::commands::demo::{
    people::id_number,
    tokens::{TokensFile, codes},
};
use actions::{House, people::session};
use domain::people::PersonNumber;

/// Writes visitors (spread over all people, since neighbours in number are neighbours in memory),
/// codes, devices and the same visitors' ID numbers.
pub(super) async fn write(
    house: &House,
    args: &SimulateArgs,
    devices: &[String],
    mut file: TokensFile,
) -> anyhow::Result<()> {
    let keys = house.mirror.keys();
    for person in listed(args) {
        let token = session::issue(&house.vault, &keys, PersonNumber(person), EPOCH, house.now());
        file.line("visitor", &token)?;
    }
    for (_, code) in codes(house).await? {
        file.line("code", &code)?;
    }
    for device in devices {
        file.line("device", device)?;
    }
    for person in listed(args) {
        file.line("id", &id_number(person)?)?;
    }
    file.finish()
}

/// The numbers of those who are listed, rising.
fn listed(args: &SimulateArgs) -> impl Iterator<Item = u64> {
    let (people, count) = (args.people, args.visitors_listed.min(args.people));
    (0..count).map(move |n| n * people / count + 1)
}
