"""All rules over all fields, of a table or of a company's leads: one finding per suspected field, the plainest one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from leadscore.modeling.leakage.afterwards import (
    Fills,
    filled_after_conversion,
    filled_on_conversion,
    value_after_conversion,
    vanishes_before_conversion,
)
from leadscore.modeling.leakage.age import fades_with_age
from leadscore.modeling.leakage.alone import decides_outcome, predicts_alone
from leadscore.modeling.leakage.comparable import Comparable
from leadscore.modeling.leakage.copies import repeats_label
from leadscore.modeling.leakage.missingness import filled_by_outcome
from leadscore.modeling.leakage.names import named_after_outcome, value_after_outcome
from leadscore.modeling.leakage.suspect import Field, LeakSuspect
from leadscore.modeling.rows import Flags, Whole

Rule = Callable[[Field, Flags], LeakSuspect | None]


def find_suspects(
    fields: Iterable[Field], labels: Whole, label_words: Sequence[str], *, in_time: bool
) -> list[LeakSuspect]:
    """Suspected fields with the first rule that gives each away.

    fields       of the training rows, from the oldest to the newest if in_time.
    labels       1 converted, 0 not, shape (n,).
    label_words  the label's own texts.
    """
    label = labels == 1
    rules = _rules_of_rows(label_words, in_time)
    found = (_first(field, label, rules) for field in fields)
    return [suspect for suspect in found if suspect is not None]


@dataclass(frozen=True)
class LeadField:
    """An attribute of a company's leads, from the oldest lead to the newest.

    collected   the values that count as known from the lead's creation.
    fills       when it was first filled, if it has a history of its own.
    """

    collected: Field
    fills: Fills | None = None


@dataclass(frozen=True)
class Ends:
    """How leads had ended by an instant, shape (leads,).

    won    became customers.
    ripe   old enough to tell who does not; the rules of tables look at these alone.
    """

    won: Flags
    ripe: Flags


def find_in_leads(
    fields: Iterable[LeadField], now: Ends, at_cut: Ends, comparable: Comparable, label_words: Sequence[str]
) -> list[LeakSuspect]:
    """Suspected attributes with the first rule that gives each away.

    at_cut       by the cut of the evaluation. Power that fades is judged by that alone: an honest field that fails on
                 the later rows must stay, or the figures would know how those ended.
    comparable   customers and open leads as likely to buy, by a model without the suspected attributes.
    label_words  the words of outcomes.
    """
    rules, fading = _rules_of_rows(label_words, in_time=False), [fades_with_age]
    found = []
    for each in fields:
        field = each.collected
        told: LeakSuspect | None = None
        if not np.isnan(field.values).all():
            told = _of_collected(field, comparable)
            told = told or _of_rows(field, now, rules) or _of_rows(field, at_cut, fading)
        if told is None and each.fills is not None and comparable.enough:
            told = filled_on_conversion(field.name, each.fills, comparable)
            told = told or vanishes_before_conversion(field.name, each.fills, comparable)
        if told is not None:
            found.append(told)
    return found


def _of_rows(field: Field, ends: Ends, rules: Iterable[Rule]) -> LeakSuspect | None:
    return _first(Field(field.name, field.values[ends.ripe], field.words), ends.won[ends.ripe], rules)


def _of_collected(field: Field, comparable: Comparable) -> LeakSuspect | None:
    if not comparable.enough:
        return None
    return filled_after_conversion(field, comparable) or value_after_conversion(field, comparable)


def _rules_of_rows(label_words: Sequence[str], in_time: bool) -> list[Rule]:
    return [
        repeats_label,
        named_after_outcome,
        partial(value_after_outcome, label_words=label_words),
        filled_by_outcome,
        predicts_alone,
        decides_outcome,
        *([fades_with_age] if in_time else []),
    ]


def _first(field: Field, label: Flags, rules: Iterable[Rule]) -> LeakSuspect | None:
    told = (rule(field, label) for rule in rules)
    return next((each for each in told if each is not None), None)
