import re

import pytest

from leadscore.domain.lifecycle import Temperature
from leadscore.store.info import set_info
from leadscore.store.keys import revoke_key


def test_a_stranger_is_asked_to_sign_in(site):
    answer = site.client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert 'name="key"' in site.client.get("/sign-in").text


@pytest.mark.parametrize("scope", ["read", "crm", "admin"])
def test_a_key_that_may_read_opens_the_page(site, scope):
    _, answer = site.sign_in(scope)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert site.client.get("/").status_code == 200


def test_a_tracking_key_does_not_open_the_page(site):
    _, answer = site.sign_in("write")
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert site.client.get("/").status_code == 303


@pytest.mark.parametrize("form", [{}, {"key": ""}, {"key": "wrong"}, {"key": "x" * 5000}])
def test_a_wrong_key_is_refused_in_words(site, form):
    answer = site.client.post("/sign-in", data=form)
    assert answer.status_code == 401
    assert "unknown, revoked" in answer.text


def test_the_cookie_is_unreadable_for_scripts_and_other_sites_and_holds_no_key(site):
    _, answer = site.sign_in()
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "ls_read_" not in cookie


def test_over_https_the_cookie_is_kept_to_https(site):
    site.client.base_url = "https://leads.example.org"
    _, answer = site.sign_in()
    assert "Secure" in answer.headers["set-cookie"]


def test_signing_out_ends_the_session_on_the_server(site):
    site.sign_in()
    session = site.client.cookies["leadscore_session"]
    assert site.client.post("/sign-out").headers["location"] == "/sign-in"
    site.client.cookies.set("leadscore_session", session)
    assert site.client.get("/").status_code == 303


def test_a_session_ends_with_its_key(site):
    seconds = [100.0]
    site.app.state.dashboard.keys._clock = lambda: seconds[0]
    key_id, _ = site.sign_in()
    assert site.client.get("/").status_code == 200
    revoke_key(site.store, key_id)
    seconds[0] += 1.0
    assert site.client.get("/").status_code == 303


def test_a_made_up_session_is_none(site):
    site.client.cookies.set("leadscore_session", "made-up")
    assert site.client.get("/").status_code == 303


def test_the_page_shows_score_when_why_and_what(site, score_of):
    site.add(score_of("L1", 73.4, reasons=("3 page views in 7 days", "no demo request so far")), seen_days_ago=2)
    text = re.sub(r"<[^>]+>|\s+", " ", site.page()).replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "L1",
        "webinar, arrived 90 days ago",
        "73",
        "decides in about two months",
        "20 % within 2 months",
        "3 page views in 7 days",
        "no demo request so far",
        "Nurture",
        "queue marketing",
        "chance to buy within 180 days is 40 %, at least 3 %",
        "2 days ago",
    ):
        assert words in text


def test_the_hottest_lead_comes_first_and_fifty_are_shown(site, score_of):
    for number in range(55):
        site.add(score_of(f"lead-{number:02d}", float(number)))
    names = re.findall(r'class="name">([^<]+)<', site.page())
    assert names == [f"lead-{number:02d}" for number in range(54, 4, -1)]


def test_the_temperatures_are_counted(site, score_of):
    site.add(score_of("a", 90.0, temperature=Temperature.HOT))
    site.add(score_of("b", 50.0, temperature=Temperature.COLD))
    page = site.page()
    assert "1 hot" in page
    assert "0 warm" in page
    assert "1 cold" in page


def test_a_hostile_name_stays_text(site, score_of):
    hostile = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    site.add(score_of(hostile, 60.0, reasons=(f"industry: {hostile}",)), source=hostile)
    page = site.page()
    assert "<script" not in page
    assert "<img" not in page
    assert page.count("&lt;script&gt;") == 3


def test_simulated_data_are_marked_as_such(site, score_of):
    site.add(score_of("L1", 50.0))
    assert "Simulated" not in site.page()
    set_info(site.store, "simulated", "2000 leads, seed 1")
    assert "Simulated data." in site.page()


def test_without_leads_the_page_says_what_to_type(site):
    page = site.page()
    assert "There are no leads yet." in page
    assert "leadscore demo" in page


def test_without_a_model_the_page_says_what_to_type(site, score_of):
    site.add(score_of("L1", 50.0))
    page = site.page()
    assert "leadscore promote" in page
    assert "L1" in page


@pytest.mark.parametrize("path", ["/sign-in", "/"])
def test_the_pages_allow_no_scripts_no_inline_styles_and_no_other_servers(site, path):
    site.sign_in()
    answer = site.client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?://|style=|<script|<style| on\w+=", answer.text)
    assert answer.headers["cache-control"] == "no-store"


def test_the_style_sheet_comes_from_this_server(site):
    answer = site.client.get("/assets/leadscore.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "url(" not in answer.text
    assert "prefers-color-scheme: dark" in answer.text
