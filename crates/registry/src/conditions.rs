//! Conditions of a statement that are only there when something is asked for, so that each narrowing
//! can have an index of its own.

use sqlx::{Any, AssertSqlSafe, any::AnyArguments, query::Query};

/// Conditions with the values that are bound in them.
pub(crate) struct Conditions {
    sql: String,
    bound: Vec<Bound>,
}

/// A value in a statement.
pub(crate) enum Bound {
    /// Text.
    Text(String),
    /// A number.
    Number(i64),
}

impl From<&str> for Bound {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Bound {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl Conditions {
    /// The first condition, `{column} = value`; there always is one.
    pub(crate) fn equal(column: &str, value: impl Into<Bound>) -> Self {
        Self { sql: format!("{column} = $1"), bound: vec![value.into()] }
    }

    /// The first condition, with the value where its place is asked for.
    pub(crate) fn first(value: impl Into<Bound>, condition: impl FnOnce(&str) -> String) -> Self {
        Self { sql: condition("$1"), bound: vec![value.into()] }
    }

    /// One more, with the value where its place is asked for.
    pub(crate) fn and(&mut self, value: impl Into<Bound>, condition: impl FnOnce(&str) -> String) {
        let place = self.bind(value);
        self.and_plain(&condition(&place));
    }

    /// One more, without a value.
    pub(crate) fn and_plain(&mut self, condition: &str) {
        self.sql.push_str(" and ");
        self.sql.push_str(condition);
    }

    /// One of these columns has the text somewhere; case does not count. No condition without text;
    /// says whether there is one.
    pub(crate) fn and_text(&mut self, text: &str, columns: &[&str]) -> bool {
        let pattern = contains(text);
        if pattern.is_empty() {
            return false;
        }
        self.and(pattern.as_str(), |at| {
            let one = |column: &&str| format!("lower({column}) like lower({at}) escape '!'");
            format!("({})", columns.iter().map(one).collect::<Vec<_>>().join(" or "))
        });
        true
    }

    /// The place of a value in the statement, `$2`.
    pub(crate) fn bind(&mut self, value: impl Into<Bound>) -> String {
        self.bound.push(value.into());
        format!("${}", self.bound.len())
    }

    /// The conditions, for after `where`.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// A statement with the values bound.
    pub(crate) fn query<'a>(self, sql: String) -> Query<'a, Any, AnyArguments> {
        let query = sqlx::query(AssertSqlSafe(sql));
        self.bound.into_iter().fold(query, |query, value| match value {
            Bound::Text(text) => query.bind(text),
            Bound::Number(number) => query.bind(number),
        })
    }
}

/// Most characters of a typed text that are compared: more than any name, door or address has, so
/// a longer text finds nothing either way, and within what SQLite takes (50,000 bytes).
const PATTERN_CHARS_MAX: usize = 500;

/// `%` and `_` of a typed text mean themselves in `like … escape '!'`. PostgreSQL takes no NUL in
/// a text; none is stored, so none is looked for.
fn literal(text: &str) -> String {
    let text: String = text.chars().filter(|c| *c != '\0').take(PATTERN_CHARS_MAX).collect();
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

fn contains(text: &str) -> String {
    let text = literal(text);
    if text.is_empty() { text } else { format!("%{text}%") }
}

/// The pattern of what begins with a text.
pub(crate) fn begins(text: &str) -> String {
    format!("{}%", literal(text))
}

#[cfg(test)]
mod tests {
    use super::{Conditions, PATTERN_CHARS_MAX, contains};

    #[test]
    fn typed_wildcards_mean_themselves() {
        assert_eq!(contains(""), "");
        assert_eq!(contains("50%_!"), "%50!%!_!!%");
        assert_eq!(contains("\0"), "");
        assert_eq!(contains(&"门".repeat(600)).chars().count(), PATTERN_CHARS_MAX + 2);
    }

    #[test]
    fn values_have_places_in_their_order() {
        let mut all = Conditions::equal("a.state", "submitted");
        all.and(5, |at| format!("a.at < {at}"));
        all.and_plain("a.b is null");
        assert!(!all.and_text("", &["name"]));
        assert!(all.and_text("x", &["name", "door"]));
        assert_eq!(all.bind(7), "$4");
        let text =
            "(lower(name) like lower($3) escape '!' or lower(door) like lower($3) escape '!')";
        assert_eq!(all.sql(), format!("a.state = $1 and a.at < $2 and a.b is null and {text}"));
    }
}
