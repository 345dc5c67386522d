"""What callers get, as it stands in OpenAPI; the answers themselves are written straight from plain values."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """A JSON object that the service gives."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class ReasonAnswer(Answer):
    """Why a score is what it is."""

    feature: str
    text: str
    """In words a salesperson understands."""
    effect: float
    """Change of the log-odds of converting within the main horizon; above 0 raises the score.

    By path attribution, or as a Shapley value where `explain=shap` asked for it.
    """


class DecisionAnswer(Answer):
    """What to do with the lead; without an id it is advice and is not stored."""

    id: str | None
    route: Literal["sales", "nurture", "educate", "drop", "return_later", "none"]
    queue: str
    owner: str | None
    respond_by: str | None
    """Of a lead that was lost or bought from a competitor: when to come back to it."""
    reason: str
    """The rule or the number that decided."""


class VersionsAnswer(Answer):
    """What made the score."""

    model: str
    features: str
    policy: str


class ScoreAnswer(Answer):
    """How likely, when, why, and what now, as of an instant."""

    lead_id: str | None
    as_of: str
    p_convert: dict[str, float]
    """Probability of becoming a customer within each horizon, e.g. `14d`; `table` for a model of a flat table."""
    interval: tuple[float, float]
    """How uncertain the conversion rate of leads like this one is, at the main horizon (90 %)."""
    score: float
    """0-100, rises strictly with the probability at the main horizon."""
    grade: Literal["A", "B", "C", "D"]
    temperature: Literal["hot", "warm", "cold"] | None
    lifecycle: Literal["suspect", "mql", "sql", "set_aside", "discarded", "customer"]
    reasons: list[ReasonAnswer]
    decision: DecisionAnswer
    versions: VersionsAnswer


class ScoresAnswer(Answer):
    """One score per lead asked for, in their order."""

    scores: list[ScoreAnswer]


class LeadsAnswer(Answer):
    """The latest stored scores of leads."""

    leads: list[ScoreAnswer]


class TimelineEntry(Answer):
    """Something that happened to a lead."""

    at: str
    known_at: str
    kind: Literal["created", "attribute", "event", "outcome"]
    name: str
    """Attribute name, event type or outcome."""
    value: str | float | None


class ChangeAnswer(Answer):
    """What moved a score from one time to the next."""

    feature: str
    """The feature that speaks for its group; empty for another model."""
    text: str
    """In words, with what it was before."""
    cause: Literal["new_events", "ageing", "attribute", "context", "model"]
    """Something happened; time passed; a detail changed; the rest gave it another weight; another model."""
    effect: float
    """What it did to the log-odds of converting within the main horizon; above 0 raised the score."""
    before: float | None
    """Effect of the group then; null for another model."""
    after: float | None
    """Effect of the group now; null for another model."""


class ChangesAnswer(Answer):
    """What changed since an earlier score; the effects and the rest add up to `log_odds`."""

    since: str
    """Instant of the earlier score."""
    score: float
    """The earlier score, 0-100."""
    p_convert: dict[str, float]
    """The earlier probabilities."""
    model: str
    """Version that gave the earlier score."""
    log_odds: float
    """By how much the log-odds of converting within the main horizon moved."""
    effects: list[ChangeAnswer]
    """The strongest first."""
    rest: float


class LeadAnswer(Answer):
    """A lead with its timeline (latest first), and its stored scores and decisions (latest first)."""

    lead_id: str
    """The id that the person goes by."""
    also_known_as: list[str]
    """Other ids of the same person, such as the anonymous ids of its browsers."""
    created_at: str
    attributes: dict[str, str | None]
    timeline: list[TimelineEntry]
    scores: list[ScoreAnswer]
    decisions: list[DecisionAnswer]
    changes: ChangesAnswer | None
    """What changed between the two latest scores; null if there are fewer."""


class ExportAnswer(Answer):
    """Everything stored about a person."""

    document: str
    exported_at: str
    ids: list[str]
    """All ids of the person."""
    tables: dict[str, list[dict[str, Any]]]
    """The stored rows by table; times in ISO 8601, values as decimals."""


class ErasedAnswer(Answer):
    """What was removed, in numbers; it names nobody."""

    erased: bool
    """False if nothing was left: erased before."""
    ids: int
    rows: dict[str, int]
    """Rows removed by table."""
    files: int
    file_rows: int
    """Rows removed from dead-letter files, exports and reports."""
    remembered: int
    """Ids and addresses of which nothing will be stored again, that were not remembered before."""
    shared_addresses: int
    """E-mail addresses that other leads use too, which therefore may be stored again."""


class ModelAnswer(Answer):
    """An exported model version."""

    alias: Literal["champion", "challenger"]
    name: str
    version: str
    kind: Literal["events", "table"]
    as_of: str | None
    """Instant up to which it learned; null for a model of a flat table, which has no times."""
    horizons_days: list[int]
    feature_fingerprint: str
    low_confidence: bool
    metrics: dict[str, Any]
    in_use: bool
    """Whether it gives the answers."""
    shadow: bool
    """Whether it scores beside the champion what is stored, shown to nobody."""


class ModelsAnswer(Answer):
    """The exported model versions."""

    models: list[ModelAnswer]


class ReloadAnswer(Answer):
    """The version in use now and before; null where there is none."""

    version: str | None
    previous: str | None


class ModelInUse(Answer):
    """Name and version of a model."""

    name: str
    version: str


class ReadyAnswer(Answer):
    """Whether the service can work."""

    status: Literal["ready"]
    model: ModelInUse | None
    problem: str | None
    """Why an exported champion is not in use."""


class ReceivedAnswer(Answer):
    """What became of the messages of a request."""

    success: Literal[True]
    accepted: int
    duplicates: int
    rejected: int
    """Messages set aside with the reason."""


class RejectedOutcome(Answer):
    """An outcome that was not stored."""

    index: int
    code: str
    column: str
    message: str


class OutcomesAnswer(Answer):
    """What became of the outcomes of a request."""

    accepted: int
    duplicates: int
    rejected: list[RejectedOutcome]
