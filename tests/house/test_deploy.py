"""The files that production is run from say what is true: names, ports and commands are the program's own."""

import re
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import cli
from app.environment import ALIASES
from app.settings import Settings
from app.version import VERSION
from app.webhooks.routes import MAX_BODY
from tests.support.processes import ROOT

DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
MANIFESTS = {
    document["kind"] + " " + document["metadata"].get("name", path.stem): document
    for path in sorted(DEPLOY.glob("kubernetes/*.yaml"))
    for document in yaml.safe_load_all(path.read_text("utf-8"))
}
UNITS = {path.name: path.read_text("utf-8") for path in DEPLOY.glob("systemd/*.service")}
SYSTEMD_ENV = (DEPLOY / "systemd/env.example").read_text("utf-8")
KNOWN = {name.upper() for name in Settings.model_fields} | {
    alias for names in ALIASES.values() for alias in names
}
NEEDED = {"APP_ENV", "APP_HOST", "SESSION_SECRET", "WHOP_WEBHOOK_SECRET"}
OTHERS = {"PATH", "PYTHONDONTWRITEBYTECODE", "POSTGRES_PASSWORD", "AUTOCHARGE_VERSION"}
"""Variables of the image, of Compose and of PostgreSQL."""
USER = "10001"
PORT = str(Settings.model_fields["port"].default)
GRACE_S = 10


def settings() -> ConfigParser:
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def instructions(word: str) -> list[str]:
    """The arguments of each such line of the Dockerfile, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", DOCKERFILE)
    return [line.removeprefix(word).strip() for line in joined.splitlines() if line.startswith(f"{word} ")]


def pods() -> dict[str, Any]:
    return {
        name: document["spec"]["template"]["spec"]
        for name, document in MANIFESTS.items()
        if document["kind"] in ("Deployment", "Job")
    }


def variables() -> Iterator[tuple[str, set[str]]]:
    """Where, and the names that are set or read there."""
    yield "Dockerfile", set(re.findall(r"(\w+)=", " ".join(instructions("ENV"))))
    yield "compose.yaml", set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text("utf-8")))
    for name, service in OURS.items():
        yield f"compose.yaml {name}", set(service["environment"])
    for name in ("ConfigMap autocharge", "Secret autocharge"):
        yield name, set(MANIFESTS[name].get("data", {})) | set(MANIFESTS[name].get("stringData", {}))
    yield "env.example", set(re.findall(r"^(\w+)=", SYSTEMD_ENV, re.MULTILINE))
    for name, unit in UNITS.items():
        yield name, {pair.split("=")[0] for pair in re.findall(r"^Environment=(\S+)$", unit, re.MULTILINE)}


@pytest.mark.parametrize(("where", "names"), list(variables()))
def test_every_variable_is_a_setting(where: str, names: set[str]) -> None:
    assert names, where
    assert names - KNOWN - OTHERS == set()


@pytest.mark.parametrize("where", ["compose.yaml web", "compose.yaml worker", "env.example"])
def test_what_production_needs_is_set_or_asked_for(where: str) -> None:
    assert dict(variables())[where] >= NEEDED


def test_the_cluster_gets_what_production_needs() -> None:
    found = dict(variables())
    assert found["ConfigMap autocharge"] | found["Secret autocharge"] >= NEEDED
    sources = [{"configMapRef": {"name": "autocharge"}}, {"secretRef": {"name": "autocharge"}}]
    assert [pod["containers"][0]["envFrom"] for pod in pods().values()] == [sources] * 3


def test_each_way_runs_in_production() -> None:
    assert "APP_ENV=production" in " ".join(instructions("ENV"))
    assert {service["environment"]["APP_ENV"] for service in OURS.values()} == {"production"}
    assert MANIFESTS["ConfigMap autocharge"]["data"]["APP_ENV"] == "production"
    assert [name for name, unit in UNITS.items() if "\nEnvironment=APP_ENV=production\n" not in unit] == []


def test_no_secret_has_a_value_that_would_be_taken() -> None:
    """Compose asks for them; the examples hold nothing, or what the start refuses."""
    secrets = {"SESSION_SECRET", "WHOP_WEBHOOK_SECRET", "POSTGRES_PASSWORD"}
    for service in SERVICES.values():
        given = {name: value for name, value in service.get("environment", {}).items() if name in secrets}
        assert all(value.startswith(f"${{{name}:?") for name, value in given.items())
    placeholders = {
        name: MANIFESTS["Secret autocharge"]["stringData"][name] for name in secrets - {"POSTGRES_PASSWORD"}
    }
    assert all(len(value) < 24 for value in placeholders.values())
    assert re.findall(r"^\w*(?:SECRET|PASS|KEY)=(.+)$", SYSTEMD_ENV, re.MULTILINE) == []


def test_every_command_that_is_run_exists() -> None:
    run = [line.split(": ")[1].split() for line in (ROOT / "Procfile").read_text().splitlines()]
    run += [re.search(r"^ExecStart=(.+)$", unit, re.MULTILINE)[1].split() for unit in UNITS.values()]  # type: ignore[index]
    run += [["autocharge", *service["command"]] for service in OURS.values()]
    run += [["autocharge", *pod["containers"][0]["args"]] for pod in pods().values()]
    run += [["autocharge", *re.findall(r'"(\w+)"', command)] for command in instructions("CMD")]
    assert {Path(program).name for program, *_ in run} == {"autocharge"}
    assert "autocharge" in settings()["options.entry_points"]["console_scripts"].split()
    assert {command for _, command in run} == {"migrate", "web", "worker", "up"} <= set(cli.commands)


def test_the_user_is_the_same_everywhere_and_not_root() -> None:
    assert instructions("USER") == [f"{USER}:{USER}"]
    assert f"--uid {USER} --gid {USER}" in DOCKERFILE
    for pod in pods().values():
        wanted = {"runAsNonRoot": True, "runAsUser": int(USER), "runAsGroup": int(USER)}
        assert wanted.items() <= pod["securityContext"].items()


def test_the_port_is_the_same_everywhere() -> None:
    assert instructions("EXPOSE") == [PORT]
    assert f"PORT={PORT}" in " ".join(instructions("ENV"))
    assert SERVICES["web"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert SERVICES["proxy"]["environment"]["UPSTREAM"] == f"web:{PORT}"
    assert pods()["Deployment autocharge-web"]["containers"][0]["ports"][0]["containerPort"] == int(PORT)
    assert f"server 127.0.0.1:{PORT};" in (DEPLOY / "proxy/nginx.conf").read_text()
    assert f"{{$UPSTREAM:127.0.0.1:{PORT}}}" in (DEPLOY / "proxy/Caddyfile").read_text()


def test_the_release_is_the_same_everywhere() -> None:
    assert f"VERSION={VERSION}" in instructions("ARG")
    assert {service["image"] for service in OURS.values()} == {
        f"autochargesaver:${{AUTOCHARGE_VERSION:-{VERSION}}}"
    }
    images = {pod["containers"][0]["image"] for pod in pods().values()}
    assert images == {f"registry.example.com/autochargesaver:{VERSION}"}


def test_the_python_of_the_image_can_run_the_program() -> None:
    (version,) = [value for value in instructions("ARG") if value.startswith("PYTHON=")]
    least = settings()["options"]["python_requires"].removeprefix(">=")
    assert tuple(map(int, version[7:].split("."))) >= tuple(map(int, least.split(".")))


def test_the_image_holds_what_the_package_is_made_of_and_nothing_else() -> None:
    copied = {name for line in instructions("COPY") if "--from" not in line for name in line.split()[:-1]}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    packages = {name.strip("*") for name in settings()["options.packages.find"]["include"].split()}
    assert copied == let_in >= packages | {"setup.cfg", "pyproject.toml", "requirements.lock"}
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["build-backend"]


def test_the_image_takes_nothing_whose_hash_it_does_not_know() -> None:
    installs = [line for line in instructions("RUN") if " install --no-cache-dir" in line]
    assert len(installs) == 2
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert "--no-deps --no-build-isolation ." in installs[1]


def test_nobody_is_cut_before_the_programs_own_time_is_over() -> None:
    assert all(int(service["stop_grace_period"].rstrip("s")) > GRACE_S for service in OURS.values())
    deployments = [pod for name, pod in pods().items() if name.startswith("Deployment")]
    assert all(pod["terminationGracePeriodSeconds"] > GRACE_S for pod in deployments)
    stops = [
        int(value) for unit in UNITS.values() for value in re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.M)
    ]
    assert len(stops) == 3 and min(stops) > GRACE_S


def test_a_silent_worker_takes_no_web_pod_out_of_service() -> None:
    web = pods()["Deployment autocharge-web"]["containers"][0]
    probes = [web[name]["httpGet"]["path"] for name in ("startupProbe", "readinessProbe", "livenessProbe")]
    assert probes == ["/healthz"] * 3


def test_tables_come_before_the_program() -> None:
    for name in ("web", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert "\nAfter=autocharge-migrate.service" in UNITS[f"autocharge-{name}.service"]


def test_the_proxies_keep_the_programs_limit_and_name_the_client_themselves() -> None:
    nginx = (DEPLOY / "proxy/nginx.conf").read_text()
    caddy = (DEPLOY / "proxy/Caddyfile").read_text()
    assert (
        f"client_max_body_size    {MAX_BODY // 1024}k;" in nginx
        and f"max_size {MAX_BODY // 1024}KiB" in caddy
    )
    assert re.search(r"proxy_set_header X-Forwarded-For +\$remote_addr;", nginx)
    assert re.search(r"proxy_set_header X-Forwarded-Proto +\$scheme;", nginx)
