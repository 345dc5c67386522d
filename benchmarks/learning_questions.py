"""Later snapshots of a simulated company whose best possible answer is known exactly: what a model is asked."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from leadscore.config.load import Settings
from leadscore.domain.progress import silent
from leadscore.domain.time import DAY_US
from leadscore.features.facts import Facts
from leadscore.features.feature_set import FeatureSet
from leadscore.features.offline import compute_matrix
from leadscore.modeling.rows import LabelledRows
from leadscore.simulate.company import SimulatedCompany
from leadscore.simulate.truth import bayes_limit
from leadscore.workflows.build_training_set import build_evaluation_set

CUT_DAY, TEST_DAYS = 1_000, 180
YOUNG_DAYS = 90
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Questions:
    """Snapshots, and the truth about them.

    truth    exact P(won within H) given all that is visible, shape (n, h).
    weight   lead-weeks that a row stands for; 1 for events.
    young    leads younger than 90 days.
    segment  what the leads said of themselves on arrival, as text.
    rows     drawn outcomes, by which the product judges.
    """

    facts: Facts
    snapshots: pa.Table
    truth: np.ndarray
    weight: np.ndarray
    young: np.ndarray
    segment: np.ndarray
    rows: LabelledRows | None = None

    def matrix(self, features: FeatureSet) -> np.ndarray:
        """The snapshots by any model's features."""
        return compute_matrix(self.facts, self.snapshots, features, silent)


def weekly_list(company: SimulatedCompany, settings: Settings, most: int) -> Questions:
    """Every open lead each Monday of the test period, as `train` would judge by; at most so many, with weights."""
    facts, cut = company.facts(), cut_of(company)
    later = build_evaluation_set(facts, cut, cut + TEST_DAYS * DAY_US, company.until, settings)
    kept = _some(len(later.table), most)
    found = _asked(company, facts, later.table.take(kept).arrow(), settings)
    return Questions(**{**vars(found), "weight": later.table.weight[kept], "rows": later.rows.take(kept)})


def events_arriving(company: SimulatedCompany, settings: Settings, most: int) -> Questions:
    """One snapshot for each lead and day of the test period on which an event of an open lead becomes known."""
    facts, cut = company.facts(), cut_of(company)
    known = facts.events["known_at"].to_numpy()
    inside = (known > cut) & (known <= cut + TEST_DAYS * DAY_US)
    leads = facts.events["lead_id"].filter(pa.array(inside))
    days = pa.table({"lead_id": leads, "day": known[inside] // DAY_US, "as_of": known[inside] + 1})
    last = days.group_by(["lead_id", "day"]).aggregate([("as_of", "max")]).sort_by([("lead_id", "ascending")])
    table = pa.table({"lead_id": last["lead_id"], "as_of": last["as_of_max"]})
    table = table.take(pa.array(_some(table.num_rows, most)))
    found = _asked(company, facts, table, settings)
    is_open = ~np.isnan(found.truth[:, 0])
    return Questions(
        facts,
        table.filter(pa.array(is_open)),
        found.truth[is_open],
        found.weight[is_open],
        found.young[is_open],
        found.segment[is_open],
    )


def cut_of(company: SimulatedCompany) -> int:
    """The instant that nothing later is learnt from."""
    return company.start_at + CUT_DAY * DAY_US


def facts_of(facts: Facts, lead_ids: pa.Array) -> Facts:
    """The facts about some of the leads."""
    return Facts(*(table.filter(pc.is_in(table["lead_id"], value_set=lead_ids)) for table in vars(facts).values()))


def _some(rows: int, most: int) -> np.ndarray:
    return np.sort(np.random.default_rng(0).choice(rows, min(most, rows), replace=False))


def _asked(company: SimulatedCompany, facts: Facts, snapshots: pa.Table, settings: Settings) -> Questions:
    leads, as_of = snapshots["lead_id"].to_pylist(), snapshots["as_of"].to_numpy()
    place = pc.index_in(snapshots["lead_id"], value_set=company.leads["lead_id"].combine_chunks())
    about = company.leads.take(place)
    segment = pc.fill_null(about[company.world.hints[0].name], UNKNOWN).to_numpy(zero_copy_only=False).astype(str)
    return Questions(
        facts,
        snapshots,
        bayes_limit(company, leads, as_of, settings.training.horizons_days),
        np.ones(len(as_of)),
        as_of - about["created_at"].to_numpy() < YOUNG_DAYS * DAY_US,
        segment,
    )
