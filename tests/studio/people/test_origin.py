"""studio.people.origin: what other web sites make a browser send is told from what our page sends."""

import pytest

from studio.people.origin import cookie, from_our_page, headers_of, is_https, is_this_computer


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "studio.org"},
        {"sec-fetch-site": "same-origin", "origin": "https://studio.org", "host": "inside:7860"},
        {"sec-fetch-site": "none"},
        {"origin": "https://studio.org", "host": "studio.org"},
        {"origin": "https://studio.org:443", "host": "studio.org"},
        {"origin": "http://127.0.0.1:7860", "host": "127.0.0.1:7860"},
        {"origin": "http://[::1]:7860", "host": "[::1]:7860"},
        {"origin": "http://STUDIO.org", "host": "studio.ORG"},
    ],
)
def test_our_page_and_programs_are_ours(headers):
    assert from_our_page(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "https://studio.org", "host": "studio.org"},
        {"origin": "https://evil.org", "host": "studio.org"},
        {"origin": "https://studio.org.evil.org", "host": "studio.org"},
        {"origin": "http://127.0.0.1:8000", "host": "127.0.0.1:7860"},
        {"origin": "http://localhost:7860", "host": "127.0.0.1:7860"},
        {"origin": "null", "host": "studio.org"},
        {"origin": "", "host": "studio.org"},
        {"origin": "https://studio.org", "host": ""},
        {"origin": "https://studio.org"},
        {"origin": "http://studio.org:99999", "host": "studio.org"},
        {"origin": "https://studio.org", "host": "studio.org:x"},
        {"origin": "https://evil.org", "host": "studio.org", "x-forwarded-host": "evil.org"},
    ],
)
def test_other_sites_are_not(headers):
    assert not from_our_page(headers)


@pytest.mark.parametrize(
    "host, names",
    [
        ("127.0.0.1:7860", ()),
        ("localhost", ()),
        ("[::1]:7860", ()),
        ("LOCALHOST:1", ()),
        ("lab-pc:7860", ("lab-pc",)),
        ("192.168.1.5:7860", ("0.0.0.0",)),
        ("[fe80::1]:7860", ("::",)),
        (None, ()),
    ],
)
def test_this_computers_names_are_answered(host, names):
    assert is_this_computer({"host": host} if host else {}, names)


@pytest.mark.parametrize(
    "host, names",
    [
        ("evil.org", ()),
        ("evil.org", ("0.0.0.0", "lab-pc")),
        ("127.0.0.1.evil.org:7860", ()),
        ("localhost.evil.org", ()),
        ("192.168.1.5", ("127.0.0.1",)),
        ("", ()),
        ("[", ()),
    ],
)
def test_a_name_that_a_web_site_made_up_is_not(host, names):
    assert not is_this_computer({"host": host}, names)


def test_headers_are_read_in_any_case_and_of_anything():
    class Given:
        headers = {"Cookie": "a=1; emola_sign_in=tok-en_1; b=2"}

    assert cookie(headers_of(Given()), "emola_sign_in") == "tok-en_1"
    assert headers_of(object()) == {} and cookie({}, "a") is None


def test_https_is_what_the_browser_spoke():
    assert is_https({"x-forwarded-proto": "https"}) and is_https({"x-forwarded-proto": "HTTPS, http"})
    assert is_https({}, "https")
    assert not is_https({}) and not is_https({"x-forwarded-proto": "http"}, "https")
