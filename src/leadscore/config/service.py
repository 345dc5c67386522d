"""`configs/service.yaml` and the environment: where data and models live, how the API listens."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from leadscore.config.section import Section


class RetentionDays(Section):
    """For how many days what is kept."""

    events: int | None = Field(None, ge=1)
    """Events of leads, by when they occurred."""
    messages: int | None = Field(None, ge=1)
    """Which tracking messages were accepted; one that is sent again after that counts as new."""
    scores: int | None = Field(None, ge=1)
    """Stored scores and decisions, by their as_of."""
    dead_letters: int | None = Field(None, ge=1)
    """Refused messages and dead-letter files."""


class ServiceConfig(BaseSettings):
    """Settings of the installation; environment variables win over the file."""

    model_config = SettingsConfigDict(env_prefix="LEADSCORE_", extra="forbid", use_attribute_docstrings=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over what the file says."""
        return env_settings, init_settings

    home: Path = Path()
    """Folder that holds `configs/`, `models/` and `data/` (LEADSCORE_HOME); the current folder by default."""
    database_url: str | None = None
    """SQLAlchemy address of the store (LEADSCORE_DATABASE_URL); SQLite in `data/leadscore.db` by default."""
    mlflow_tracking_uri: str | None = Field(None, validation_alias="MLFLOW_TRACKING_URI")
    """MLflow server (MLFLOW_TRACKING_URI); SQLite under `models/` by default."""
    host: str = "127.0.0.1"
    """Address the API listens on."""
    port: int = Field(8000, ge=0, le=65535)
    """Port the API listens on; 0 picks a free one."""
    workers: int = Field(1, ge=1, le=64)
    """Processes that answer; more than one need PostgreSQL. Limits of requests and keys hold for each of them."""
    max_body_bytes: int = Field(10_000_000, ge=1_000)
    """Largest request body, after decompression."""
    max_event_bytes: int = Field(65_536, ge=1_000)
    """Largest single tracking message."""
    max_requests_per_second: int = Field(2_000, ge=1)
    """Requests a second that each API key may make; beyond it the answer is 429 with Retry-After."""
    max_scores_in_progress: int = Field(16, ge=1, le=10_000)
    """Requests for scores that may wait for each other; beyond it the answer is 429 with Retry-After at once."""
    max_wrong_keys_per_minute: int = Field(300, ge=1)
    """Wrong keys a minute from one address; beyond it only keys that have worked before are looked up from there."""
    request_timeout_seconds: float = Field(20.0, ge=1, le=3_600)
    """Seconds for a whole request to arrive, and for its answer to be taken; then the connection is closed."""
    drain_seconds: float = Field(0.5, ge=0, le=300)
    """Seconds for which a service that is told to stop still takes requests, while /readyz says no."""
    access_log: bool = False
    """Log a line for each request: its id, method, route, status and time taken, but no address."""
    model_poll_seconds: float = Field(1.0, ge=0, le=3_600)
    """Seconds between two looks at whether another model was exported, which is then used; 0 never looks."""
    score_in_shadow: bool = True
    """Whether the exported challenger scores what was scored and stored, beside the champion; nobody is shown it."""

    refresh_scores: bool = True
    """Whether the service scores a lead again soon after an event, and catches up after a start; else when asked."""
    rescore_silent_hours: float = Field(24.0, ge=0, le=8_760)
    """Hours after which an open lead to whom nothing happened is scored again: time alone changes it; 0 never does."""

    retention_days: RetentionDays = RetentionDays()
    """For how many days what is kept; null: until it is erased. The service looks daily, `erase --expired` at once."""

    @property
    def configs_folder(self) -> Path:
        """Folder of the YAML files."""
        return self.home / "configs"

    @property
    def models_folder(self) -> Path:
        """Folder of exported models and of the embedded MLflow."""
        return self.home / "models"

    @property
    def data_folder(self) -> Path:
        """Folder of the embedded store and of dead letters."""
        return self.home / "data"

    @property
    def store_url(self) -> str:
        """SQLAlchemy address of the store in use."""
        return self.database_url or f"sqlite:///{(self.data_folder / 'leadscore.db').resolve()}"

    @property
    def tracking_uri(self) -> str:
        """MLflow address in use."""
        return self.mlflow_tracking_uri or f"sqlite:///{(self.models_folder / 'mlflow.db').resolve()}"
