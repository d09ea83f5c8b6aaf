"""Every rule of `rules.templates` finds its bad examples, and finds nothing in our templates but what is allowed."""

import pytest

from tests.house.rules import Rule
from tests.house.rules import templates as search
from tests.house.rules.templates import Page
from tests.support.processes import ROOT

FILES = sorted(
    str(path.relative_to(ROOT))
    for room in ("app/templates", "notifiers")
    for path in (ROOT / room).rglob("*.html")
)
LETTER = "a letter: mail programs know no style sheets, and no policy of ours"
TOKEN = "the customer's token in the address stands in for a session"
RULES: tuple[Rule[Page], ...] = (
    Rule(
        "everything printed is escaped",
        search.prints_raw,
        bad=("{{ x|safe }}", "{{ x | safe }}", "{% autoescape false %}", "{{ Markup(x) }}"),
        good=("{{ x }}", "safe"),
    ),
    Rule(
        "no code stands in a page",
        search.has_code_inside,
        bad=("<script>x()</script>", "<style>p {}</style>", '<p style="color: red">', '<p onclick="x()">',
             '<a href="JavaScript:x()">', '<p hx-on:click="x()">', """<p hx-vals='js:{a: x()}'>"""),
        good=('<script src="{{ asset(\'app.js\') }}" defer></script>', '<a href="{{ url }}">on</a>'),
        allowed={"notifiers/email.html": LETTER},
    ),
    Rule(
        "every form that changes something has a token",
        search.posts_without_token,
        bad=('<form method="post"><input name="a"></form>', '<form method=POST></form><input name="csrf_token">'),
        good=('<form method="post"><input type="hidden" name="csrf_token" value="{{ csrf_token() }}"></form>',
              '<form method="get"></form>'),
        allowed={f"app/templates/customer/{page}.html": TOKEN
                 for page in ("fix", "unsubscribe", "preferences", "connect", "other_card")},
    ),
    Rule(
        "a new window has no way back",
        search.opens_with_a_way_back,
        bad=('<a target="_blank" href="{{ x }}">', '<a target="_blank" rel="nofollow">'),
        good=('<a target="_blank" rel="noopener noreferrer">', "<a>"),
    ),
    Rule(
        "nothing is fetched from elsewhere",
        search.fetches_elsewhere,
        bad=('<script src="https://cdn.example/x.js">', '<img src="//x.example/y.png">',
             '<link href="http://x.example/y.css">', '<iframe src="data:text/html,x">'),
        good=('<a href="https://whop.com">Whop</a>', "<img src=\"{{ asset('a.svg') }}\">"),
    ),
    Rule(
        "no page moves its own ground",
        search.changes_the_ground,
        bad=('<base href="/x">', '<meta http-equiv="Refresh" content="0">'),
        good=('<meta name="viewport">',),
    ),
    Rule("a frame is a sandbox", search.frames_freely, bad=('<iframe src="/x">',), good=("<iframe sandbox>",)),
)  # fmt: skip
PAGES = {path: Page((ROOT / path).read_text("utf-8")) for path in FILES}
EVERY = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@EVERY
def test_a_rule_finds_its_bad_examples_and_no_good_one(rule: Rule[Page]) -> None:
    assert [bad for bad in rule.bad if not list(rule.search(Page(bad)))] == []
    assert [good for good in rule.good if list(rule.search(Page(good)))] == []


@EVERY
def test_our_templates_keep_it(rule: Rule[Page]) -> None:
    found = {path: list(rule.search(page)) for path, page in PAGES.items()}
    assert {path: what for path, what in found.items() if what and path not in rule.allowed} == {}
    assert [path for path in rule.allowed if not found.get(path)] == []
