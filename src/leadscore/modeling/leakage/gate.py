"""All rules over all fields of a table: one finding for each suspected field, the plainest one."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from leadscore.modeling.leakage.age import fades_with_age
from leadscore.modeling.leakage.alone import decides_outcome, predicts_alone
from leadscore.modeling.leakage.copies import repeats_label
from leadscore.modeling.leakage.missingness import filled_by_outcome
from leadscore.modeling.leakage.names import named_after_outcome, value_after_outcome
from leadscore.modeling.leakage.suspect import Field, LeakSuspect
from leadscore.modeling.rows import Flags, Whole


def find_suspects(
    fields: Iterable[Field], labels: Whole, label_words: Sequence[str], *, in_time: bool
) -> list[LeakSuspect]:
    """Suspected fields with the first rule that gives each away.

    fields       of the training rows, from the oldest to the newest if in_time.
    labels       1 converted, 0 not, shape (n,).
    label_words  the label's own texts.
    """
    label = labels == 1
    rules: list[Callable[[Field, Flags], LeakSuspect | None]] = [
        repeats_label,
        named_after_outcome,
        partial(value_after_outcome, label_words=label_words),
        filled_by_outcome,
        predicts_alone,
        decides_outcome,
        *([fades_with_age] if in_time else []),
    ]
    found = []
    for field in fields:
        told = (rule(field, label) for rule in rules)
        suspect = next((each for each in told if each is not None), None)
        if suspect is not None:
            found.append(suspect)
    return found
