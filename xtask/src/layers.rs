//! Checks which crate depends on which against the table of ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{cargo, files};

/// One crate of the house: what it may depend on inside, and what it must not outside.
struct Room {
    name: &'static str,
    /// Crates of the house that it may use.
    may: &'static [&'static str],
    /// Crates from outside that it must not use.
    never: &'static [&'static str],
    /// Why not.
    why: &'static str,
}

const EVERYTHING: &[&str] = &[
    "actions",
    "city",
    "domain",
    "lists",
    "posters",
    "providers",
    "registry",
    "vault",
    "visitlog",
    "visits",
    "web",
];

/// `domain ← {registry, visits, vault, posters, lists} ← actions ← {web, providers} ← server`, and
/// `visitlog ← visits`.
const ROOMS: [Room; 15] = [
    Room {
        name: "domain",
        may: &[],
        never: &["tokio", "serde", "serde_json", "sqlx", "axum", "rand", "getrandom"],
        why: "what is true knows no I/O, no async, no wire form and no dice",
    },
    Room {
        name: "visitlog",
        may: &[],
        never: &[],
        why: "the visit engine is a library of its own",
    },
    Room { name: "visits", may: &["domain", "visitlog"], never: &[], why: "it only keeps visits" },
    Room { name: "registry", may: &["domain"], never: &[], why: "it only keeps rows" },
    Room { name: "vault", may: &["domain"], never: &[], why: "it only seals identities" },
    Room { name: "posters", may: &["domain"], never: &[], why: "it only draws" },
    Room { name: "lists", may: &["domain"], never: &[], why: "it only reads and writes cells" },
    Room {
        name: "actions",
        may: &["domain", "registry", "visits", "vault", "posters", "lists"],
        never: &["axum", "http", "hyper", "sqlx"],
        why: "what can be done knows neither HTTP nor SQL",
    },
    Room {
        name: "web",
        may: &["actions", "domain"],
        never: &["sqlx"],
        why: "the doors parse, call one action and render",
    },
    Room {
        name: "providers",
        may: &["actions", "domain"],
        never: &[],
        why: "other people's systems are reached through the traits of actions",
    },
    Room {
        name: "server",
        may: EVERYTHING,
        never: &["sqlx"],
        why: "the binary wires the rooms and leaves SQL to registry",
    },
    Room {
        name: "city",
        may: &["domain", "visitlog"],
        never: &["rand", "getrandom"],
        why: "a simulated city is made of a seed and numbers",
    },
    Room {
        name: "bench",
        may: &["city", "visitlog"],
        never: &[],
        why: "it measures the engine, not the house around it",
    },
    Room { name: "testkit", may: EVERYTHING, never: &[], why: "it builds whole applications" },
    Room { name: "xtask", may: &[], never: &[], why: "the judge of the house lives outside of it" },
];

/// Ciphers: whoever can use them could hold a key.
const CIPHERS: [&str; 6] = ["aes-gcm", "des", "sm2", "sm4", "hmac", "ring"];

/// The vault has them all but DES, with which nothing of this house is sealed; requests to other
/// people's servers are signed, and their answers opened, as those prescribe, with keys that open
/// nothing of this house.
const MAY_SIGN: [(&str, &str); 7] = [
    ("vault", "aes-gcm"),
    ("vault", "sm2"),
    ("vault", "sm4"),
    ("vault", "hmac"),
    ("providers", "des"),
    ("providers", "hmac"),
    ("providers", "ring"),
];

/// A normal or build dependency. Dev-dependencies are free.
struct Edge<'a> {
    from: &'a str,
    to: &'a str,
}

/// Compares the workspace with the table and prints every edge that is not allowed.
pub(crate) fn run() -> Result<ExitCode> {
    let words = "metadata --format-version 1 --no-deps";
    let output = cargo::command(&files::root()?, words).output()?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let metadata = serde_json::from_slice(&output.stdout).context("reading cargo metadata")?;
    let violations = violations(&metadata)?;
    for violation in &violations {
        println!("{violation}");
    }
    println!("layers: {} edges not allowed", violations.len());
    Ok(if violations.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn violations(metadata: &Value) -> Result<Vec<String>> {
    let packages = metadata["packages"].as_array().context("metadata has packages")?;
    let names = packages.iter().map(|package| package["name"].as_str().context("a name"));
    let house: BTreeSet<&str> = names.collect::<Result<_>>()?;
    let mut found = Vec::new();
    for from in &house {
        if !ROOMS.iter().any(|room| room.name == *from) {
            found.push(format!("{from}: not in the table of xtask/src/layers.rs"));
        }
    }
    for package in packages {
        for edge in edges(package)? {
            found.extend(judge(&edge, &house));
        }
    }
    Ok(found)
}

fn edges(package: &Value) -> Result<Vec<Edge<'_>>> {
    let from = package["name"].as_str().context("a package has a name")?;
    let dependencies = package["dependencies"].as_array().context("a package has dependencies")?;
    let binding = dependencies.iter().filter(|dependency| dependency["kind"] != "dev");
    binding
        .map(|dependency| {
            let to = dependency["name"].as_str().context("a dependency has a name")?;
            Ok(Edge { from, to })
        })
        .collect()
}

fn judge(edge: &Edge<'_>, house: &BTreeSet<&str>) -> Option<String> {
    let Edge { from, to } = *edge;
    let room = ROOMS.iter().find(|room| room.name == from)?;
    let reason = if to == "testkit" {
        "testkit is for tests: make it a dev-dependency".to_owned()
    } else if house.contains(to) && !room.may.contains(&to) {
        let may = if room.may.is_empty() { "nothing".to_owned() } else { room.may.join(", ") };
        format!("of the house {from} may use {may}: {}", room.why)
    } else if room.never.contains(&to) {
        room.why.to_owned()
    } else if CIPHERS.contains(&to) && !MAY_SIGN.contains(&(from, to)) {
        "nobody but vault sees a key".to_owned()
    } else {
        return None;
    };
    Some(format!("{from} → {to}: {reason}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A made-up house: domain, vault, actions, web, testkit, and one crate under test.
    fn judged(name: &str, dependencies: &Value) -> Vec<String> {
        let mut packages = vec![json!({"name": name, "dependencies": dependencies})];
        for other in ["domain", "vault", "registry", "actions", "web", "testkit"] {
            if other != name {
                packages.push(json!({"name": other, "dependencies": []}));
            }
        }
        violations(&json!({ "packages": packages })).unwrap()
    }

    fn normal(name: &str) -> Value {
        json!([{"name": name, "kind": null}])
    }

    #[test]
    fn an_edge_of_the_table_is_allowed() {
        assert!(judged("actions", &normal("domain")).is_empty());
        assert!(judged("web", &normal("axum")).is_empty());
        assert!(judged("vault", &normal("sm4")).is_empty());
    }

    #[test]
    fn an_edge_outside_of_the_table_is_named_with_its_reason() {
        let found = judged("domain", &normal("actions"));
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("domain → actions: of the house domain may use nothing"));
        for to in ["registry", "vault", "sqlx"] {
            assert!(judged("web", &normal(to))[0].starts_with(&format!("web → {to}: ")));
        }
    }

    #[test]
    fn outside_crates_stay_out_of_the_rooms_they_would_spoil() {
        for (from, to) in [
            ("domain", "tokio"),
            ("domain", "serde"),
            ("actions", "axum"),
            ("actions", "sqlx"),
            ("server", "sqlx"),
            ("server", "hmac"),
            ("providers", "sm4"),
            ("domain", "sm4"),
        ] {
            assert_eq!(judged(from, &normal(to)).len(), 1, "{from} → {to}");
        }
    }

    #[test]
    fn the_server_may_use_every_room_and_xtask_none() {
        assert!(judged("server", &normal("registry")).is_empty());
        assert_eq!(judged("xtask", &normal("domain")).len(), 1);
    }

    #[test]
    fn testkit_is_a_dev_dependency_or_nothing() {
        assert_eq!(judged("server", &normal("testkit")).len(), 1);
        assert!(judged("server", &json!([{"name": "testkit", "kind": "dev"}])).is_empty());
    }

    #[test]
    fn build_dependencies_count_and_dev_dependencies_are_free() {
        assert_eq!(judged("domain", &json!([{"name": "tokio", "kind": "build"}])).len(), 1);
        assert!(judged("domain", &json!([{"name": "tokio", "kind": "dev"}])).is_empty());
    }

    #[test]
    fn a_crate_that_is_not_in_the_table_is_named() {
        let found = judged("attic", &json!([]));
        assert_eq!(found, ["attic: not in the table of xtask/src/layers.rs"]);
    }
}
