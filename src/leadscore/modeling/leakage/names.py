"""Names and values that belong to the time after the outcome: close dates, reasons for winning, contracts."""

import re
from collections.abc import Iterable

import numpy as np

from leadscore.modeling.leakage.alone import auc_alone, auc_error
from leadscore.modeling.leakage.suspect import Field, LeakSuspect, group_values
from leadscore.modeling.rows import Flags

NAME_RULE, VALUE_RULE = "named_after_outcome", "value_after_outcome"
PLAIN = (
    r"(won|lost|win|loss|closed?|closing|churn|conversion|converted|signed|signing|purchase) "
    r"(reason|date|day|at|on|by|time|timestamp|month|week|year|notes?|comment|value|amount|details?|flag|status)",
    r"(reason|date|day|time|month) (won|lost|closed|converted|signed|of (winning|loss|closing|conversion|purchase))",
    r"(reason|date|day) (for |of )?(win|loss|lost|winning|closing|conversion|cancellation)",
    r"(contract|onboarding|invoice|renewal|churn) (?!requested|wanted|interest|type wanted).*",
    r"(onboarding|churned|won|closed won|closed lost|is (won|lost|closed|converted|customer)|became customer)",
    r"(customer|client) (since|id|number|no|start|from)",
    r"(first|initial) (payment|invoice|order|purchase) ?.*",
    r"(actual|final|closed) (revenue|amount|value|price|deal size)",
    r"(deal|opportunity) (closed|won|lost|outcome|result) ?.*",
)
"""Names, as words in lower case, that nothing but an outcome fills."""
DOUBTFUL = (
    r"(.* )?(stage|status|state|outcome|result|disposition|lifecycle|phase)( .*)?",
    r"(.* )?(contracts?|revenue|mrr|arr|acv|tcv|deal|opportunity|orders?|payments?|subscription)( .*)?",
)
"""Names that may be known before; suspect if the field also tells a good deal by itself."""
DOUBTFUL_AUC, DOUBTFUL_ERRORS = 0.65, 4.0
WORDS = re.compile(
    r"\b(closed|won|lost|converted|signed|customer|client|onboarding|churned|cancell?ed|purchased|deal (made|done))\b"
)
"""Words of values that name an outcome."""
ONE_SIDED, FEWEST_ROWS = 0.95, 15
"""Share of rows with such a value that have one outcome, and the rows needed to say so."""


def named_after_outcome(field: Field, label: Flags) -> LeakSuspect | None:
    """Suspect for its name; a doubtful name needs some power to predict as well."""
    spoken = spell(field.name)
    if any(re.fullmatch(pattern, spoken) for pattern in PLAIN):
        return LeakSuspect(field.name, NAME_RULE, f"the name {field.name} speaks of the time after the outcome")
    if not any(re.fullmatch(pattern, spoken) for pattern in DOUBTFUL):
        return None
    auc = auc_alone(group_values(field), label)
    error = auc_error(auc, int(label.sum()), int((~label).sum()))
    if auc < DOUBTFUL_AUC or auc - 0.5 < DOUBTFUL_ERRORS * error:
        return None
    found = f"the name {field.name} may speak of the time after the outcome, and alone it ranks the outcome with "
    return LeakSuspect(
        field.name, NAME_RULE, f"{found}ROC-AUC {auc:.2f} ({DOUBTFUL_AUC:.2f} is suspect for such names)"
    )


def value_after_outcome(field: Field, label: Flags, label_words: Iterable[str]) -> LeakSuspect | None:
    """Suspect for values such as "Closed Won" that only rows of one outcome have.

    label_words   the label's own texts; values that hold them are looked at too.
    """
    own = {spell(word) for word in label_words if len(word) > 3}
    base = float(label.mean())
    for code, word in enumerate(field.words):
        spoken = spell(word)
        if not (WORDS.search(spoken) or any(f" {each} " in f" {spoken} " for each in own)):
            continue
        has = field.values == code
        rows, won = int(has.sum()), int(label[has].sum())
        rate = won / rows if rows else base
        telling = rate >= max(ONE_SIDED, 1 - (1 - base) / 2) or (1 - rate >= ONE_SIDED and rate <= base / 4)
        if rows >= FEWEST_ROWS and telling and rows * min(base, 1 - base) >= np.log(1e3):
            evidence = (
                f"{field.name} = {word!r} names an outcome: {won} of {rows} rows with it converted, {base:.1%} of all"
            )
            return LeakSuspect(field.name, VALUE_RULE, evidence)
    return None


def spell(name: str) -> str:
    """A name as words in lower case.

    >>> spell("CloseDate"), spell("won_reason__c"), spell("Lost-Reason ")
    ('close date', 'won reason', 'lost reason')
    """
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    words = re.sub(r"[^a-z0-9]+", " ", parted.lower()).strip()
    return re.sub(r" c$", "", words)
