//! What is wrong with what somebody typed, and at which field.

/// One complaint about one field. `says` is the Chinese text and the key into the catalogues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The field's name on the wire and in the form.
    pub field: &'static str,
    /// What is wrong and what to do, in Chinese; translated at the edge.
    pub says: &'static str,
}

/// All complaints about one input; empty means it may be taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Complaints(pub Vec<Complaint>);

impl Complaints {
    /// A single complaint.
    #[must_use]
    pub fn one(field: &'static str, says: &'static str) -> Self {
        Self(vec![Complaint { field, says }])
    }

    /// Adds a complaint.
    pub fn add(&mut self, field: &'static str, says: &'static str) {
        self.0.push(Complaint { field, says });
    }

    /// Keeps the value when it is good, notes the complaint under `field` when it is not.
    pub fn take<T>(&mut self, field: &'static str, checked: Result<T, &'static str>) -> Option<T> {
        checked.map_err(|says| self.add(field, says)).ok()
    }

    /// The same in the order of a form's fields, so that the list reads as the form does and the cursor goes
    /// to the first; fields that are not named stay as they are, behind the others.
    #[must_use]
    pub fn in_order(mut self, fields: &[&str]) -> Self {
        let place = |field| fields.iter().position(|f| *f == field).unwrap_or(fields.len());
        self.0.sort_by_key(|complaint| place(complaint.field));
        self
    }

    /// The first complaint about `field`.
    #[must_use]
    pub fn about(&self, field: &str) -> Option<&'static str> {
        self.0.iter().find(|c| c.field == field).map(|c| c.says)
    }

    /// Whether the first complaint is about `field`: where the cursor goes.
    #[must_use]
    pub fn first_is(&self, field: &str) -> bool {
        self.0.first().is_some_and(|c| c.field == field)
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for Complaints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, c) in self.0.iter().enumerate() {
            let gap = if i > 0 { "; " } else { "" };
            write!(f, "{gap}{}: {}", c.field, c.says)?;
        }
        Ok(())
    }
}

impl std::error::Error for Complaints {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_read_in_the_order_of_the_form() {
        let mut complaints = Complaints::default();
        for field in ["other", "consent", "name", "sms_code"] {
            complaints.add(field, "");
        }
        let ordered = complaints.in_order(&["name", "phone", "sms_code", "consent"]);
        let fields: Vec<_> = ordered.0.iter().map(|c| c.field).collect();
        assert_eq!(fields, ["name", "sms_code", "consent", "other"]);
        assert!(ordered.first_is("name"));
    }
}
