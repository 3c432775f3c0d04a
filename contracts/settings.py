"""Every FLEET_ variable, read once at a process's root.

Secrets are `SecretStr`: they print as stars in logs, errors and tracebacks.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(value: object) -> object:
    """Return a comma-separated variable as its parts."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _address(value: str) -> str:
    """Check host:port; port 0 asks for any."""
    host, _colon, port = value.rpartition(":")
    if not host or any(letter.isspace() for letter in value) or not port.isascii() or not port.isdigit():
        raise ValueError("must be host:port")
    if int(port) > _LAST_PORT:
        raise ValueError(f"port {port} is beyond {_LAST_PORT}")
    return value


def _scheme(*schemes: str) -> AfterValidator:
    """Check how a URL begins; the rest may be secret, and is never quoted."""

    def check(url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(tuple(f"{scheme}://" for scheme in schemes)):
            raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return url

    return AfterValidator(check)


_LAST_PORT = 65_535
Address = Annotated[str, AfterValidator(_address)]
AmqpUrl = Annotated[SecretStr, _scheme("amqp", "amqps")]
DatabaseUrl = Annotated[SecretStr, _scheme("postgresql", "postgres")]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]

MIB = 1024 * 1024


class Settings(BaseSettings):
    """What an operator may set; unset services are started privately by `fleet up`."""

    model_config = SettingsConfigDict(
        env_prefix="FLEET_", frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True
    )

    # Where things are.
    home: Path = Field(default=Path(__file__).resolve().parent.parent / ".fleet", description="data, logs, secrets")
    amqp_url: AmqpUrl | None = Field(default=None, description="amqp://user:pass@host:port/vhost")
    database_url: DatabaseUrl | None = Field(default=None, description="the owner's URL; roles are derived from it")
    http: Address = Field(default="127.0.0.1:8700", description="the gateway's address")
    edge_http: Address = Field(default="127.0.0.1:8787", description="the local edge's address")
    metrics_http: Address | None = Field(default=None, description="a worker's own /metrics")
    zones: Names = Field(default=("localhost",), min_length=1, description="domains under which apps have names")
    npm_registry: str | None = Field(default=None, pattern=r"^https?://", description="where apps' packages come from")
    dependencies_dir: Path | None = Field(
        default=None, description="a folder shared by all machines that keeps bundled packages, instead of the database"
    )
    ca_certs: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("ca_certs", "FLEET_CA_CERTS", "NODE_EXTRA_CA_CERTS"),
        description="further certificates to trust where packages come from",
    )
    stage: str = Field(default="development", pattern=r"^[a-z][a-z0-9]{0,19}$")

    observe: bool = Field(
        default=False, description="`fleet up` starts Prometheus and Grafana, where they are installed"
    )
    prometheus_http: Address = Field(default="127.0.0.1:9090", description="that Prometheus")
    grafana_http: Address = Field(default="127.0.0.1:3000", description="that Grafana")
    demo: bool = Field(default=True, description="`fleet up` writes a demo app where there is none")

    # What the tools reach.
    image_url: str | None = Field(
        default=None, pattern=r"^https?://", description="an image API like OpenAI's: https://api.openai.com/v1"
    )
    image_key: SecretStr | None = Field(default=None, description="its key")
    image_model: str = Field(default="gpt-image-1", description="its model")
    egress: Literal["public", "none"] = Field(default="public", description="what an AI's tools may fetch")
    egress_allow: Names = Field(default=(), description="host:port that they may fetch wherever it is")

    # Who may come in.
    jwt_secret: SecretStr | None = Field(default=None, min_length=32, description="signs and checks HS256 tokens")
    jwks_url: str | None = Field(default=None, pattern=r"^https?://", description="keys for RS256 and ES256 tokens")
    origin_key: SecretStr | None = Field(
        default=None, min_length=32, description="what the preview worker on Cloudflare shows at the gateway's port"
    )
    edge_key: SecretStr | None = Field(
        default=None, min_length=32, description="with it a release is looked at through the edge before it is live"
    )
    secrets_keys: SecretStr | None = Field(
        default=None, description="Fernet keys, newest first, that seal what the database keeps"
    )
    tenant_hmac_secret: SecretStr | None = Field(
        default=None, min_length=32, description="proves that an app's user belongs to its data"
    )
    cors_origins: Names = Field(default=(), description="origins whose pages may call the gateway")

    # What is said while running.
    log_format: Literal["auto", "console", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    # Limits.
    max_event_bytes: int = Field(default=16 * MIB, gt=0)
    max_file_bytes: int = Field(default=2 * MIB, gt=0)
    max_app_files: int = Field(default=2_000, gt=0)
    max_attempts: int = Field(default=8, gt=0, description="then the event is a dead letter")
    max_app_seconds: float = Field(
        default=20, gt=0, description="one worker's time for one app's preview in a minute; what is more waits"
    )
    max_app_requests: float = Field(
        default=100, gt=0, description="requests a second to one app's tables; pro 5 times, dedicated 20 times as many"
    )
    worker_threads: int = Field(default=8, gt=0, le=64)
    max_streams: int = Field(default=12_000, gt=0, description="open streams of one gateway; more are told to wait")
    max_app_pages: int | None = Field(
        default=None, gt=0, description="open pages of one app's preview at one gateway; a fourth of the streams"
    )
    max_address_pages: int = Field(default=1_000, gt=0, description="open pages of public previews from one address")
    progress_days: float = Field(default=7, gt=0, description="how long a stream can be resumed")
    watch_seconds: float = Field(default=30, ge=0, description="how long the health of what was deployed is watched")
    inbox_days: float = Field(default=30, gt=0, description="how long a repeated event is recognised")

    def preview_url(self, app_id: str) -> str:
        """Return where an app's preview is shown."""
        return self.app_url(app_id, "preview")

    def app_url(self, app_id: str, environment: str) -> str:
        """Return where an app is shown; in production it bears its own name."""
        label, zone = app_id if environment == "production" else f"{environment}-{app_id}", self.zones[0]
        if zone == "localhost":
            return f"http://{label}.localhost:{self.edge_http.rpartition(':')[2]}"
        return f"https://{label}.{zone}"


def complaints(error: ValidationError) -> list[str]:
    """Say which variables are wrong and why, never what they hold."""
    return [
        f"FLEET_{'_'.join(map(str, found['loc'])).upper()} {found['msg'].removeprefix('Value error, ')}"
        for found in error.errors(include_input=False, include_url=False)
    ]
