//! Networks of addresses, as an operator writes them: `10.0.0.0/8`, `fd00::/8`, or one address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads a network or a single address.
    ///
    /// # Errors
    /// What is wrong with it, in English, for the command line.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (base, bits) = match text.split_once('/') {
            Some((base, bits)) => (base, Some(bits)),
            None => (text, None),
        };
        let base: IpAddr = base.trim().parse().map_err(|_| "not an address or a network")?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) => bits.trim().parse().map_err(|_| "not a length of a network")?,
            None => most,
        };
        if bits > most {
            return Err("longer than an address");
        }
        Ok(Self { base, bits })
    }

    /// Whether an address belongs to it. An IPv4 address written as IPv6 is the IPv4 address.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(other)) => {
                let shift = 32 - u32::from(self.bits);
                let head = |a: Ipv4Addr| u64::from(u32::from(a)) >> shift;
                head(base) == head(other)
            }
            (IpAddr::V6(base), IpAddr::V6(other)) => {
                let shift = 128 - u32::from(self.bits);
                let head = |a: Ipv6Addr| u128::from(a).checked_shr(shift).unwrap_or(0);
                head(base) == head(other)
            }
            _ => false,
        }
    }
}

/// Whose bucket an address fills: an IPv4 address stands for itself, an IPv6 one for its /64, since a
/// single subscriber has all of that.
#[must_use]
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let head = u128::from(address) & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from(head))
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        Network::parse(network).unwrap().holds(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("127.0.0.1", "127.0.0.1") && !holds("127.0.0.1", "127.0.0.2"));
        assert!(holds("0.0.0.0/0", "8.8.8.8") && !holds("0.0.0.0/0", "::1"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe00::1"));
        assert!(holds("::/0", "2001:db8::1") && holds("::1", "::1"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.2.3"), "written as IPv6");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/x", "host", "10.0.0.0/-1"]
        {
            assert!(Network::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_subscriber_has_one_ipv4_address_or_one_64() {
        let of = |text: &str| subscriber(text.parse().unwrap());
        assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1"));
        assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
        assert_ne!(of("10.0.0.1"), of("10.0.0.2"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
    }
}
