"""`configs/routing.yaml`: which leads go to sales, which to marketing, which are dropped."""

from typing import Self

from pydantic import Field, model_validator

from leadscore.config.section import Section


class TemperatureCuts(Section):
    """Where hot and warm begin."""

    hot_p_convert: float = Field(0.10, gt=0, lt=1)
    """Chance to convert within the first horizon (14 days) from which a lead is hot."""
    warm_p_convert: float = Field(0.10, gt=0, lt=1)
    """Chance to convert within the main horizon (60 days) from which a lead is warm."""


class QualificationRules(Section):
    """Rules that make an MQL or an SQL, tried from top to bottom; the first that holds decides."""

    sql_event_types: tuple[str, ...] = (
        "demo_requested",
        "contact_requested",
        "quote_requested",
        "Demo Requested",
        "Contact Requested",
        "Quote Requested",
    )
    """Explicit intent: an event of these types makes an SQL at once."""
    sql_event_days: int = Field(14, ge=1)
    """For how many days explicit intent counts."""
    discard_attributes: dict[str, tuple[str, ...]] = {"role": ("student", "competitor")}
    """Attribute values that say a lead has no intention to buy."""
    sql_p_convert: float = Field(0.10, gt=0, lt=1)
    """Chance to convert within the first horizon from which the model alone makes an SQL."""
    mql_p_convert: float = Field(0.03, gt=0, lt=1)
    """Chance to convert within the longest horizon from which the model alone makes an MQL."""


class ReturnRules(Section):
    """When to come back to a lead that was set aside; learnt from those that came back, once there are enough."""

    competitor_days: int = Field(365, ge=1, le=3_660)
    """Days after which to ask a lead again that bought from a competitor, while too few have come back."""
    lost_days: int = Field(180, ge=1, le=3_660)
    """Days after which to ask a lead again that was lost, while too few have come back."""
    fewest_returns: int = Field(20, ge=2)
    """Leads that must have come back for the company's own history to be asked at the next training."""


class RoutingConfig(Section):
    """From score to what happens with the lead."""

    temperature: TemperatureCuts = TemperatureCuts()
    """Hot, warm, cold."""
    qualification: QualificationRules = QualificationRules()
    """MQL, SQL, discarded."""
    returns: ReturnRules = ReturnRules()
    """Leads that were set aside."""
    sales_queue: str = "sales"
    """Queue that SQLs go to."""
    marketing_queue: str = "marketing"
    """Queue that MQLs and suspects go to."""

    @model_validator(mode="after")
    def _queues_are_named(self) -> Self:
        if not self.sales_queue.strip() or not self.marketing_queue.strip():
            raise ValueError("sales_queue and marketing_queue must be named")
        return self
