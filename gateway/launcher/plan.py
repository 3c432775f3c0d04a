"""Decides what a fleet is made of: which services are ours, which ports, which variables."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from contracts.settings import Settings
from edge.local import binary
from gateway.launcher import ports
from gateway.launcher.observers import Observers, find_grafana, find_prometheus
from gateway.launcher.own_secrets import OwnSecrets


@dataclass(frozen=True)
class Plan:
    """What was decided before anything started; a service without a URL is to be ours."""

    http: str
    edge_http: str | None
    amqp_url: str | None
    database_url: str | None
    demo: bool
    variables: Mapping[str, str]
    #: Nothing, where nobody asked for it.
    observers: Observers | None = None


def decide(settings: Settings, environment: Mapping[str, str], own: OwnSecrets, say: Callable[[str], None]) -> Plan:
    """Return the plan for these settings; what differs from them is said."""
    http = free_address(settings.http, "the gateway", say)
    edge_http = _edge_address(settings, http, say)
    defaults = {
        "FLEET_ZONES": ",".join(settings.zones),
        "FLEET_STAGE": settings.stage,
        "FLEET_EDGE_KEY": own.edge_key,
        "FLEET_EDGE_API_TOKEN": own.edge_api_token,
        "FLEET_TENANT_HMAC_SECRET": own.tenant_hmac_secret,
        "FLEET_SECRETS_KEYS": own.secrets_keys,
    }
    if settings.jwks_url is None:
        defaults["FLEET_JWT_SECRET"] = own.jwt_secret
    urls = {"FLEET_AMQP_URL", "FLEET_DATABASE_URL"}  # these are known once the services run
    theirs = {name: environment[name] for name in environment.keys() - urls if name.startswith("FLEET_")}
    ours = {"FLEET_HOME": str(settings.home.resolve()), "FLEET_HTTP": http}
    if edge_http is not None:
        ours["FLEET_EDGE_HTTP"] = edge_http
    observers = _observers(settings, say) if settings.observe else None
    for name, observer in vars(observers).items() if observers else ():
        ours |= {f"FLEET_{name.upper()}_HTTP": observer[1]} if observer else {}
    return Plan(
        http=http,
        edge_http=edge_http,
        amqp_url=_unless_ours(settings.amqp_url, own.amqp_password),
        database_url=_unless_ours(settings.database_url, own.database_password),
        # Without an edge nobody could look at it, and without our secret nobody could write it.
        demo=settings.demo and edge_http is not None and settings.jwks_url is None,
        variables={**defaults, **theirs, **ours},
        observers=observers,
    )


def _observers(settings: Settings, say: Callable[[str], None]) -> Observers:
    """Return what is installed, and say what is not."""
    prometheus, grafana = find_prometheus(), find_grafana()
    for name, found in (("Prometheus", prometheus), ("Grafana", grafana)):
        if found is None:
            say(f"{name} is not installed: it is not started")
    return Observers(
        (prometheus, free_address(settings.prometheus_http, "Prometheus", say)) if prometheus else None,
        (grafana, free_address(settings.grafana_http, "Grafana", say)) if grafana and prometheus else None,
    )


def _edge_address(settings: Settings, http: str, say: Callable[[str], None]) -> str | None:
    """Return where the local edge is to listen, if there can be one here."""
    workerd = binary.find()
    if workerd is None or binary.version(workerd) is None:
        say("workerd is not installed or does not run here: apps are not shown")
        return None
    return free_address(settings.edge_http, "the edge", say, promised=int(http.rpartition(":")[2]))


def free_address(wanted: str, who: str, say: Callable[[str], None], promised: int | None = None) -> str:
    """Return the address, or one with the next free port."""
    host, _, port = wanted.rpartition(":")
    found = ports.next_free(int(port), host.strip("[]"), promised)
    if found != int(port) != 0:
        say(f"port {port} is taken: {who} takes {found}")
    return f"{host}:{found}"


def _unless_ours(url: SecretStr | None, password: str) -> str | None:
    """Return the URL of somebody's service; one of ours is in the shell of who has sourced our env file."""
    if url is None or password in url.get_secret_value():
        return None
    return url.get_secret_value()
