//! Whether a name and a document belong together: a gateway to the register of documents, asked over
//! HTTPS in a small JSON shape of our own, which stands in docs/operations/identity-check.md.

mod gateway;
pub mod mock;
mod settings;

pub use actions::people::identity_check::NoChecker;
pub use gateway::IdentityGateway;
pub use settings::IdentityGatewaySettings;
