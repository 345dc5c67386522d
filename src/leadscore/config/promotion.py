"""`configs/promotion.yaml`: when a challenger may replace the champion."""

from pydantic import Field

from leadscore.config.section import Section


class PromotionConfig(Section):
    """The evidence asked of a challenger, on later leads that neither model was trained on."""

    min_converting_leads: int = Field(25, ge=1)
    """Converting leads the comparison with a champion must rest on."""
    segment: str = "segment"
    """The attribute, or column of a table, whose values are compared one by one beside the whole."""
    min_segment_converting_leads: int = Field(25, ge=1)
    """Converting leads that a segment needs for its loss to count against a challenger."""
    signal_conversions: int = Field(100, ge=1)
    """From this many conversions on, a gain over the base rate whose interval spans zero means: no signal."""
    max_horizon_loss: float = Field(0.02, ge=0)
    """Share by which the log loss of a single horizon may be worse than the champion's."""
    calibration_low: float = Field(0.8, gt=0)
    """Lowest accepted ratio of predicted to observed conversions; one outside refuses unless luck explains it."""
    calibration_high: float = Field(1.25, gt=0)
    """Highest accepted ratio."""
    draws: int = Field(1_000, ge=100)
    """Bootstrap draws over leads."""
    low_confidence_conversions: int = Field(150, ge=1)
    """Below this many conversions a model is marked low confidence."""
