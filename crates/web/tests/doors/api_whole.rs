//! What can be done on the pages of the venue platform can be done by API: each page has its
//! endpoint for the same callers, or a reason why it has none.

use std::collections::BTreeSet;
use web::routes::{Kind, Route, Who, table};

/// Rooms of the platform: where the addresses of their pages begin.
const ROOMS: [&str; 20] = [
    "/requests",
    "/policy",
    "/health-status",
    "/venue",
    "/review",
    "/places",
    "/inspections",
    "/layouts",
    "/accounts",
    "/login",
    "/logout",
    "/register",
    "/sign-in/",
    "/set-up/",
    "/posters",
    "/categories",
    "/category-groups",
    "/account",
    "/forgotten",
    "/password/",
];

/// Shows an empty form; the endpoint that takes it describes its fields.
const FORM: &str = "a form";

/// Each page, and its endpoint without `/api/v1`.
const PAGES: [(&str, &str); 137] = [
    ("GET /venue/checkpoints/{id}/settings", "GET /checkpoints/{id}/settings"),
    ("POST /venue/checkpoints/{id}/settings", "PUT /checkpoints/{id}/settings"),
    ("POST /venue/checkpoints/{id}/words", "POST /checkpoints/{id}/proof-words"),
    ("GET /requests", "GET /requests"),
    ("GET /requests/{id}", "GET /requests/{id}"),
    ("POST /requests/{id}/decision", "POST /requests/{id}/decision"),
    ("GET /health-status", FORM),
    ("POST /health-status", "POST /health-status"),
    ("POST /health-status/look", "POST /health-status/look"),
    ("POST /review/{id}/place", "POST /applications/{id}/place"),
    ("GET /places", "GET /places"),
    ("GET /places", "GET /places/{id}"),
    ("POST /places/{id}", "POST /places/{id}/match"),
    ("GET /places/sure", "GET /places"),
    ("POST /places/sure/confirm", "POST /places/confirm"),
    ("GET /inspections", "GET /inspections"),
    ("GET /inspections/table.csv", "GET /inspections"),
    ("GET /inspections/new", "GET /inspections/doors"),
    ("GET /inspections/doors/{id}", "GET /inspections/doors/{id}"),
    ("POST /inspections/doors/{id}", "POST /inspections/doors/{id}"),
    ("GET /inspections/{id}", "GET /inspections/{id}"),
    ("POST /inspections/{id}/accept", "POST /inspections/{id}/accept"),
    ("POST /inspections/{id}/send-back", "POST /inspections/{id}/send-back"),
    ("GET /venue/inspections", "GET /inspections/mine"),
    ("GET /venue/inspections/{id}", "GET /inspections/mine/{id}"),
    ("POST /venue/inspections/{id}/answer", "POST /inspections/mine/{id}/answer"),
    ("GET /login", FORM),
    ("POST /login", "POST /sessions"),
    ("GET /login/code", FORM),
    ("POST /login/code", "POST /sessions/second-factor"),
    ("POST /login/code/again", "POST /sessions/second-factor/codes"),
    ("POST /logout", "DELETE /sessions/current"),
    ("GET /register", FORM),
    ("POST /register", "POST /accounts"),
    ("POST /register/code", "POST /accounts/sms-codes"),
    ("GET /sign-in/{link}", FORM),
    ("POST /sign-in/{link}", "POST /sign-in-links/{link}/session"),
    ("GET /set-up/{link}", "GET /invitations/{link}"),
    ("POST /set-up/{link}", "POST /invitations/{link}/account"),
    ("POST /set-up/{link}/code", "POST /accounts/sms-codes"),
    ("GET /venue/messages", "GET /messages"),
    ("GET /venue/transfer", "GET /organisation/transfer"),
    ("POST /venue/transfer", "POST /organisation/transfer"),
    ("POST /venue/transfer/take-back", "DELETE /organisation/transfer"),
    ("POST /venue/invitations/{id}/accept", "POST /offers/{offer}/accept"),
    ("POST /venue/invitations/{id}/decline", "POST /offers/{offer}/decline"),
    ("POST /venue/checkpoints/{id}/invite", "POST /checkpoints/{id}/manager"),
    ("POST /venue/checkpoints/{id}/take-back", "DELETE /checkpoints/{id}/manager"),
    ("POST /venue/checkpoints/{id}/lay-down", "POST /checkpoints/{id}/lay-down"),
    ("GET /venue/poster-jobs", "GET /organisation/poster-jobs"),
    ("GET /venue/poster-jobs", "GET /organisation/poster-jobs/{id}"),
    ("POST /venue/poster-jobs", "POST /organisation/poster-jobs"),
    ("POST /venue/poster-jobs/{id}/cancel", "DELETE /organisation/poster-jobs/{id}"),
    ("GET /venue/poster-jobs/{id}/file", "GET /organisation/poster-jobs/{id}/file"),
    ("GET /venue", "GET /checkpoints"),
    ("GET /venue", "GET /entrusted-checkpoints"),
    ("GET /venue", "GET /offers"),
    ("GET /venue/organisation/new", "GET /organisation"),
    ("POST /venue/organisation/new", "PUT /organisation"),
    ("GET /venue/checkpoints/new", FORM),
    ("POST /venue/checkpoints/new", "POST /checkpoints"),
    ("GET /venue/checkpoints/{id}", "GET /checkpoints/{id}"),
    ("GET /venue/checkpoints/{id}/counts", "GET /checkpoints/{id}/counts"),
    ("GET /venue/checkpoints/{id}/edit", "GET /checkpoints/{id}"),
    ("POST /venue/checkpoints/{id}/edit", "PUT /checkpoints/{id}/application"),
    ("GET /venue/checkpoints/{id}/change", "GET /checkpoints/{id}"),
    ("POST /venue/checkpoints/{id}/change", "PUT /checkpoints/{id}/change"),
    ("POST /venue/checkpoints/{id}/withdraw", "DELETE /checkpoints/{id}/change"),
    ("POST /venue/checkpoints/{id}/poster-reports", "POST /checkpoints/{id}/poster-reports"),
    ("POST /venue/checkpoints/{id}/close", "POST /checkpoints/{id}/close"),
    ("POST /venue/checkpoints/{id}/reopen", "POST /checkpoints/{id}/reopen"),
    ("POST /venue/checkpoints/{id}/duty-links", "POST /checkpoints/{id}/duty-links"),
    (
        "POST /venue/checkpoints/{id}/devices/{device}/revoke",
        "DELETE /checkpoints/{id}/devices/{device}",
    ),
    ("GET /venue/checkpoints/{id}/posters/{size}", "GET /checkpoints/{id}/posters/{file}"),
    ("GET /venue/checkpoints/{id}/code.svg", "GET /checkpoints/{id}/code.svg"),
    ("GET /venue/checkpoints/{id}/code.png", "GET /checkpoints/{id}/code.png"),
    ("GET /venue/posters/{size}", "GET /posters/{file}"),
    ("GET /venue/guide.pdf", "GET /posting-guide.pdf"),
    ("GET /venue/empty/{size}", "GET /empty-layouts/{file}"),
    ("GET /venue/drafts", "GET /drafts"),
    ("POST /venue/drafts", "POST /drafts"),
    ("GET /venue/drafts/table.xlsx", "GET /drafts/table.xlsx"),
    ("POST /venue/drafts/upload", "POST /drafts/table"),
    ("POST /venue/drafts/submit", "POST /drafts/submit"),
    ("POST /venue/drafts/delete", "DELETE /drafts"),
    ("GET /venue/drafts/{id}", "GET /drafts/{id}"),
    ("POST /venue/drafts/{id}/save", "PUT /drafts/{id}"),
    ("POST /venue/drafts/{id}/submit", "POST /drafts/{id}/submit"),
    ("POST /venue/drafts/{id}/delete", "DELETE /drafts/{id}"),
    ("GET /review", "GET /applications"),
    ("GET /review", "GET /applications/{id}"),
    ("GET /review/many", "GET /applications"),
    ("POST /review/many/approve", "POST /applications/approve"),
    ("POST /review/{id}/approve", "POST /applications/{id}/approve"),
    ("POST /review/{id}/return", "POST /applications/{id}/return"),
    ("POST /review/{id}/suspend", "POST /checkpoints/{id}/suspend"),
    ("POST /review/{id}/resume", "POST /checkpoints/{id}/resume"),
    ("GET /layouts", "GET /layouts"),
    ("POST /layouts/upload", "POST /layouts"),
    ("GET /layouts/examples/{size}", "GET /layout-examples/{file}"),
    ("GET /layouts/{version}/preview.pdf", "GET /layouts/{version}/preview.pdf"),
    ("GET /layouts/{version}/file.svg", "GET /layouts/{version}/file.svg"),
    ("POST /layouts/{version}/begin", "POST /layouts/{version}/begin"),
    ("POST /layouts/{version}/end", "POST /layouts/{version}/end"),
    ("GET /accounts", "GET /accounts"),
    ("POST /accounts", "POST /invitations"),
    ("POST /accounts/{id}/password-link", "POST /accounts/{id}/password-links"),
    ("GET /posters", "GET /poster-jobs"),
    ("GET /posters", "GET /poster-jobs/{id}"),
    ("POST /posters", "POST /poster-jobs"),
    ("POST /posters/{id}/cancel", "DELETE /poster-jobs/{id}"),
    ("GET /posters/{id}/file", "GET /poster-jobs/{id}/file"),
    ("GET /policy", "GET /entry-policies"),
    ("GET /policy/new", FORM),
    ("POST /policy/new", "POST /entry-policies"),
    ("POST /policy/new", "POST /entry-policies/preview"),
    ("GET /policy/{version}", "GET /entry-policies/{version}"),
    ("POST /policy/{version}/approve", "POST /entry-policies/{version}/approve"),
    ("POST /policy/{version}/refuse", "POST /entry-policies/{version}/refuse"),
    ("POST /policy/{version}/withdraw", "POST /entry-policies/{version}/withdraw"),
    ("GET /categories", "GET /categories"),
    ("GET /categories/new", FORM),
    ("POST /categories/new", "POST /category-groups/{code}/categories"),
    ("GET /categories/{code}", "GET /categories"),
    ("POST /categories/{code}", "PUT /categories/{code}"),
    ("GET /category-groups/new", FORM),
    ("POST /category-groups/new", "POST /category-groups"),
    ("GET /category-groups/{code}", "GET /categories"),
    ("POST /category-groups/{code}", "PUT /category-groups/{code}"),
    ("GET /account", "GET /sessions/current"),
    ("POST /account/password", "PUT /account/password"),
    ("POST /account/sign-out-elsewhere", "DELETE /sessions/others"),
    ("GET /forgotten", FORM),
    ("POST /forgotten", "POST /recoveries"),
    ("POST /forgotten/code", "POST /recoveries/sms-codes"),
    ("GET /password/{link}", "GET /password-links/{link}"),
    ("POST /password/{link}", "PUT /password-links/{link}/password"),
];

fn named(routes: &[Route], name: &str) -> Option<Who> {
    routes.iter().find(|route| format!("{} {}", route.method, route.path) == name).map(|r| r.who)
}

#[test]
fn every_page_of_the_platform_has_its_endpoint_for_the_same_callers() {
    let routes = table();
    let pages = routes.iter().filter(|route| route.kind != Kind::Api);
    let pages = pages.filter(|route| ROOMS.iter().any(|room| route.path.starts_with(room)));
    let there: BTreeSet<String> =
        pages.map(|route| format!("{} {}", route.method, route.path)).collect();
    let listed: BTreeSet<String> = PAGES.iter().map(|(page, _)| (*page).to_owned()).collect();
    let missing: Vec<&String> = there.difference(&listed).collect();
    assert!(missing.is_empty(), "give these an endpoint, or a reason: {missing:#?}");
    let gone: Vec<&String> = listed.difference(&there).collect();
    assert!(gone.is_empty(), "no page any more: {gone:#?}");
    for (page, endpoint) in PAGES.iter().filter(|(_, endpoint)| *endpoint != FORM) {
        let endpoint = endpoint.replacen(" /", " /api/v1/", 1);
        let who = named(&routes, &endpoint).unwrap_or_else(|| panic!("{page}: no {endpoint}"));
        // Nobody can sign out who is not signed in.
        let same = who == named(&routes, page).unwrap() || who == Who::Staff;
        assert!(same, "{page}, {endpoint}: {who:?}");
    }
}
