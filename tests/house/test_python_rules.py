"""Every rule of `rules.python` finds its bad examples, and finds nothing in our own code but what is allowed."""

import ast

import pytest

from tests.house.rules import Rule
from tests.house.rules import python as search
from tests.support.processes import ROOT

FILES = sorted(
    str(path.relative_to(ROOT)) for room in ("app", "notifiers") for path in (ROOT / room).rglob("*.py")
)
SPREAD = "spreads retries over time; no secret hangs on it"
RULES: tuple[Rule[ast.AST], ...] = (
    Rule(
        "no text is run as code",
        search.runs_text,
        bad=("eval(x)", "exec(x)", "pickle.loads(x)", "marshal.load(x)", "yaml.load(x)", "os.system(x)",
             "flask.render_template_string(x)", "render_template_string(x)"),
        good=("re.compile(x)", "yaml.safe_load(x)", "render_template(x)"),
    ),
    Rule("no markup is made by hand", search.makes_markup, bad=("Markup(x)", "markupsafe.Markup(x)")),
    Rule(
        "no float comes near money",
        search.makes_float,
        bad=("float(amount)",),
        good=("Decimal(amount)",),
        allowed={
            "app/clock.py": "seconds of the development clock",
            "app/cases/overview.py": "hours, as the database gives them",
            "app/whop/fields.py": "a time in seconds",
            "app/ops/gauges.py": "Prometheus knows no other number",
            "app/ops/dev_payment.py": "Whop's legacy events carry floats, and these imitate them",
            "notifiers/limits.py": "seconds that a peer wants to be left alone",
        },
    ),
    Rule("no shell", search.shells_out, bad=("run(x, shell=True)",), good=("run([x])",)),
    Rule(
        "every certificate is checked",
        search.trusts_anyone,
        bad=("get(x, verify=False)", "c.verify_mode = ssl.CERT_NONE", "c.check_hostname = False",
             "ssl._create_unverified_context()"),
        good=("ssl.create_default_context()",),
    ),
    Rule(
        "no redirect is followed",
        search.follows_redirects,
        bad=("httpx.get(x, follow_redirects=True)", "requests.get(x, allow_redirects=True)"),
        good=("httpx.get(x, timeout=3)",),
    ),
    Rule(
        "no peer is waited for without end",
        search.waits_for_ever,
        bad=("httpx.get(x)", "httpx.Client()", "requests.post(x, timeout=None)", "smtplib.SMTP(x)",
             "urllib.request.urlopen(x)", "socket.create_connection(x)"),
        good=("httpx.get(x, timeout=3)", "smtplib.SMTP(x, timeout=3)"),
    ),
    Rule(
        "chance is for secrets only from `secrets`",
        search.rolls_dice,
        bad=("random.choice(x)",),
        good=("secrets.token_hex()",),
        allowed={
            "app/alerts/sending.py": SPREAD,
            "app/delivery/outcomes.py": SPREAD,
            "app/delivery/aftermath.py": SPREAD,
            "app/fresh_look.py": SPREAD,
            "app/inbox/process.py": SPREAD,
            "app/ops/demo.py": "the same seed makes the same made-up merchant",
            "app/ops/replay/disorder.py": "the same seed makes the same disorder",
            "app/recovery/simulation/people.py": "the same seed makes the same made-up customers",
        },
    ),
    Rule(
        "a redirect leads to a page of ours",
        search.leads_astray,
        bad=("redirect(request.args['next'])", "redirect(wanted)", "redirect(f'/{x}')",
             "redirect(x if y else url_for('a'))"),
        good=("redirect(own_page(request.args.get('next')))", "redirect(url_for('a') + query, 303)",
              "redirect('/dashboard')"),
        allowed={"app/customer/routes.py": "on to Whop, Telegram or Discord: each target is made of a fixed address"},
    ),
    Rule(
        "no SQL is put together from texts",
        search.builds_sql,
        bad=("text(f'SELECT {x}')", "c.execute('SELECT %s' % x)", "c.execute('SELECT ' + x)",
             "c.exec_driver_sql('SELECT {}'.format(x))"),
        good=("c.execute(text('SELECT :x'), {'x': x})", "c.execute('SELECT %s', (x,))"),
        allowed={"app/db.py": "a PRAGMA takes no parameters; the number is a constant"},
    ),
    Rule(
        "no header repeats what was sent",
        search.echoes_headers,
        bad=("answer.headers['X'] = request.args['x']", "r.headers[x] = f'{request.path}'"),
        good=("answer.headers['X'] = request_id()",),
    ),
    Rule(
        "secrets are compared in constant time",
        search.compares_openly,
        bad=("signature == given", "x.token != y", "hmac.digest(k, b, h) == given"),
        good=("hmac.compare_digest(signature, given)", "state == 'open'"),
        allowed={
            "app/customer/routes.py": "looks a row up by its name, whose signature was checked before",
            "app/cases/preferences.py": "looks a row up by its name, whose signature was checked before",
        },
    ),
    Rule(
        "transactions end in one place",
        search.ends_transactions,
        bad=("session.commit()", "self.session.rollback()"),
    ),
    Rule(
        "nothing of a request's inside is logged",
        search.logs_the_request,
        bad=("log.info('x', h=request.headers)", "logger.debug(request.form)",
             "log.error('x', c=dict(request.cookies))", "log.info('x', url=request.url)"),
        good=("log.info('x', path=request.path)", "print(request.form)"),
    ),
    Rule(
        "an event in the log has a fixed name",
        search.names_events_freely,
        bad=("log.info(f'sent {x}')", "self._log.warning('a' + x)"),
        good=("log.info('mail.sent', to=x)",),
        allowed={"app/db.py": "the caller's own fixed name, held back where it repeats"},
    ),
    Rule(
        "no error vanishes",
        search.swallows,
        bad=("try: x()\nexcept Exception: pass", "try: x()\nexcept: ...",
             "for y in x:\n try: x()\n except (A, BaseException): continue"),
        good=("try: x()\nexcept ValueError: pass", "try: x()\nexcept Exception: log.error('x')"),
    ),
    Rule(
        "only the edges of the program catch every error",
        search.catches_all,
        bad=("try: x()\nexcept Exception as e: raise y from e", "try: x()\nexcept: raise"),
        good=("try: x()\nexcept OSError: raise",),
        allowed={
            "app/customer/discord.py": "a provider's answer can be wrong in any way; each has its page",
            "app/alerts/sending.py": "as app/delivery/send.py",
            "app/delivery/send.py": "a channel is a stranger's code; after its error the peer may have the message",
            "app/inbox/process.py": "an event's error is its own: the next one is processed",
            "app/lane.py": "a thread's end must end the process",
            "app/metrics_server.py": "a scrape's error is its own, and its line must be masked",
            "app/outgoing.py": "hands on to the thread that asked whatever the call raised",
            "app/serve.py": "the end of the process is told in its status",
            "app/web_server.py": "the end of a process of the web server is told in a line and its status",
            "app/whop/measured.py": "counts the call and raises on",
            "app/whop/oauth.py": "a provider's answer can be wrong in any way; each has its page",
            "app/log.py": "a line that cannot be written must not end the work",
            "app/security/limits.py": "each kind of store has errors of its own",
            "app/sweeps.py": "one chore's fault must not end the others",
            "app/telegram/poll.py": "an update's error is its own: those behind it must not wait",
            "app/worker.py": "a thread's end must end the process; a poison row must not",
            "notifiers/__init__.py": "loading or making a channel runs a stranger's module",
            "notifiers/apprise.py": "runs a hundred strangers' plug-ins; any error of theirs is one outcome",
            "notifiers/smtp.py": "closes the line, whatever happened, and raises on",
            "notifiers/variables.py": "a stranger's validator can break in any way; its words may hold a secret",
            "notifiers/smtp_line.py": "closes the line, whatever happened, and raises on",
        },
    ),
    Rule(
        "every cookie has its flags",
        search.sets_loose_cookies,
        bad=("answer.set_cookie('a', 'b')", "answer.set_cookie('a', 'b', httponly=True, samesite='Lax')"),
        good=("answer.set_cookie('a', 'b', httponly=True, samesite='Lax', secure=True)",),
    ),
)  # fmt: skip
TREES = {path: ast.parse((ROOT / path).read_text("utf-8")) for path in FILES}
EVERY = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


@EVERY
def test_a_rule_finds_its_bad_examples_and_no_good_one(rule: Rule[ast.AST]) -> None:
    assert [bad for bad in rule.bad if not list(rule.search(ast.parse(bad)))] == []
    assert [good for good in rule.good if list(rule.search(ast.parse(good)))] == []


@EVERY
def test_our_code_keeps_it(rule: Rule[ast.AST]) -> None:
    found = {path: list(rule.search(tree)) for path, tree in TREES.items()}
    assert {path: lines for path, lines in found.items() if lines and path not in rule.allowed} == {}
    assert [path for path in rule.allowed if not found.get(path)] == []
