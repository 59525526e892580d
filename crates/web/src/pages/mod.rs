//! Pages, by who opens them.

pub mod accounts;
pub mod authority;
pub mod desk;
pub mod duty;
pub mod venue;
pub mod visitor;

/// Most bytes of an address to go on to.
const NEXT_BYTES_MAX: usize = 500;

/// The address when it stays in this house: one slash first, no host, nothing that a browser
/// reads as a host.
pub(crate) fn local(next: &str) -> Option<&str> {
    let stays = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control)
        && next.len() <= NEXT_BYTES_MAX;
    stays.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_never_leads_out_of_the_house() {
        assert_eq!(local("/review?state=returned"), Some("/review?state=returned"));
        for out in ["", "https://elsewhere.example", "//elsewhere.example", "/\\elsewhere", "/\t/x"]
        {
            assert_eq!(local(out), None, "{out}");
        }
    }
}
