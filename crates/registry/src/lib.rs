//! Everything that is not a visit, in SQL that SQLite and PostgreSQL both take.
//!
//! One module per room. A method is one atomic unit: what must happen together, its audit line
//! included, is one transaction. Rules are not here; a method that depends on a state checks it in
//! its `where` and answers whether it applied.

mod accounts;
mod alerts;
mod applications;
mod audit;
mod births;
mod bulk;
mod cases;
mod categories;
mod changes;
mod checkpoint_events;
mod checkpoints;
mod code_uses;
mod conditions;
mod connect;
mod consents;
mod door_settings;
mod doors;
mod drafts;
mod duty;
mod entry_apps;
mod entry_policies;
mod erasing;
mod everybody;
mod family;
mod health_status;
mod identity_checks;
mod inspections;
mod installation;
mod invitations;
mod layouts;
mod messages;
mod offline_codes;
mod one_time_links;
mod organisations;
mod packed;
mod people;
mod places;
mod poster_jobs;
mod proposals;
mod queue;
mod regions;
mod registrations;
mod requests;
mod resting;
mod retention_runs;
mod seen_days;
mod similar;
mod sms_codes;
mod venue_codes;

pub use accounts::{Account, NewAccount};
pub use alerts::{Alert, NewAlert, Opened};
pub use applications::ApplicationEvent;
pub use audit::{AuditLine, StoredAudit};
pub use births::Underived;
pub use bulk::{BulkInsert, NewDevice};
pub use cases::{Case, CaseOfPerson};
pub use categories::TreeChange;
pub use changes::{CHANGES_KEPT, Change};
pub use checkpoint_events::{CheckpointEvent, NewCode, Step};
pub use checkpoints::{Checkpoint, CheckpointRecord, ListedCheckpoint, Neighbour};
pub use connect::{Registry, RegistryError};
pub use consents::{ConsentHow, ConsentStep};
pub use doors::{DoorFilter, DoorRow};
pub use drafts::{Draft, NewDraft, ToSubmit};
pub use duty::{Device, EnrolledDevice};
pub use entry_policies::{PolicyOutcome, PolicyRow, Proposed};
pub use everybody::Share;
pub use family::{FamilyAdded, FamilyMember, NewFamilyMember};
pub use health_status::{ListedStatus, TakenStatus};
pub use identity_checks::IdentityCheck;
pub use inspections::{
    InspectedDoor, Inspection, InspectionEvent, InspectionFilter, InspectionStep, InspectionTally,
    RecordedInspection, Reminder, Which,
};
pub use installation::Installation;
pub use invitations::{Answered, Invitation, NewInvitation};
pub use layouts::{LayoutRow, NewLayout};
pub use messages::{Message, ToSend};
pub use offline_codes::{MadeCode, OfflineCode};
pub use one_time_links::{Link, LinkUse};
pub use organisations::{NewOrganisation, Organisation};
pub use people::{KnownPerson, NewPerson, Person};
pub use places::{
    LikePlace, ListedPlace, Place, PlaceDecision, PlaceFilter, TakenPlaces, Unit, UnitDoor,
};
pub use poster_jobs::{DrawnPosters, NewPosterJob, Ordered, PosterJob, PosterJobLimits, PostersOf};
pub use queue::{ApplicationRow, QueueFilter, ToApprove};
pub use registrations::{PhoneChange, PhoneOutcome};
pub use requests::{CarriedOut, NewRequest, PersonRequest, RequestDecision};
pub use resting::Resting;
pub use retention_runs::RetentionRun;
pub use seen_days::{ERASED, SEEN_BLOCK, SeenDays};
pub use sms_codes::{PutCode, SmsCode, SmsCount, SmsDay};
pub use venue_codes::VenueCodeRow;
