"""Simulated CRM exports in order of time whose world changes in known ways; all names and values are made up."""

import numpy as np
import pandas as pd

DRIFTS = ("none", "base rate", "macro", "concept", "everything")
MONTHS = 30
_SOURCES = ("web", "partner", "fair", "referral", "list", "phone", "social", "ads")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_JOBS = ("owner", "manager", "engineer", "clerk", "student", "retired", "other", "unknown")


def drifting_table(drift: str, rows: int, seed: int, columns: int = 20) -> pd.DataFrame:
    """Leads from the oldest to the newest with the label `won` (yes or no).

    drift    "none"; "base rate": the market turns in the last two fifths; "macro": the label follows economic figures
             that are constant within months and leave their old range; "concept": one field changes its meaning;
             "everything": all of them, weaker.
    columns  fields beside the label, at least 16; those above it are noise.
    """
    rng = np.random.default_rng([seed, DRIFTS.index(drift)])
    when = np.arange(rows) / rows
    month = np.minimum((when * MONTHS).astype(int), MONTHS - 1)
    late = np.clip((when - 0.6) / 0.4, 0, 1)
    source, job = rng.choice(8, rows, p=[0.3, 0.15, 0.1, 0.08, 0.12, 0.1, 0.1, 0.05]), rng.choice(8, rows)
    visits, size = rng.poisson(2 + (source == 0)), rng.lognormal(3, 1.3, rows)
    age, answer = rng.normal(40, 11, rows), rng.exponential(5, rows)
    fit = rng.normal(size=rows)
    odds = -2.3 + 0.25 * np.minimum(visits, 6) + np.array([0, 0.4, -0.3, 0.9, -0.9, 0.2, -0.2, 0])[source]
    odds += 0.25 * (np.log(size) - 3) - 0.06 * answer + 0.8 * ((age < 28) | (age > 60)) * (job >= 4) + 0.3 * fit
    rate, prices, mood = _economy(month, rng)
    moved = {"none": 0.0, "base rate": 0.0, "macro": 1.0, "concept": 0.0, "everything": 0.6}[drift]
    odds += moved * (-0.55 * (rate - 4.0) - 0.05 * (mood + 40))
    odds += {"base rate": 1.6, "everything": 0.8}.get(drift, 0.0) * late
    meaning = np.where(when > 0.55, -1.0, 1.0) if drift in ("concept", "everything") else np.ones(rows)
    tier = rng.choice(4, rows)
    odds += meaning * np.array([-0.9, -0.2, 0.3, 0.8])[tier]
    won = rng.random(rows) < 1 / (1 + np.exp(-(odds - 0.3)))
    table = {
        "source": np.array(_SOURCES)[source],
        "job": np.array(_JOBS)[job],
        "visits": visits,
        "company size": size.round(1),
        "age": age.round(),
        "days to answer": answer.round(2),
        "fit": np.where(rng.random(rows) < 0.2, "", fit.round(3).astype(str)),
        "tier": np.array(list("abcd"))[tier],
        "interest rate": rate.round(2),
        "prices": prices.round(2),
        "mood": mood.round(1),
        "month": np.array(_MONTHS)[month % 12],
        "newsletter": rng.choice(["true", "false"], rows),
        "region": np.char.add("r", rng.integers(0, 60, rows).astype(str)),
        "weekday": rng.choice(["mon", "tue", "wed", "thu", "fri"], rows),
        "budget": np.where(rng.random(rows) < 0.5, "Select", rng.integers(1, 9, rows).astype(str)),
    }
    table |= {f"noise {number}": rng.normal(size=rows).round(3) for number in range(columns - len(table))}
    return pd.DataFrame({**table, "won": np.where(won, "yes", "no")}).astype(str)


def _economy(month: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Interest rate, prices and mood of each row's month: calm at first, then sliding out of their old range."""
    time = np.arange(MONTHS)
    slide = np.clip((time - 14) / 10, 0, 1)
    rate = 4.8 - 3.8 * slide + rng.normal(0, 0.08, MONTHS)
    prices = 93 + 0.05 * time - 0.8 * slide + rng.normal(0, 0.3, MONTHS)
    mood = -40 + 4 * np.sin(time / 3) + rng.normal(0, 2, MONTHS)
    return rate[month], prices[month], mood[month]
