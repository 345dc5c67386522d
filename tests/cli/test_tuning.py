"""What people are told of a search for settings."""

import pytest

from leadscore.cli.tuning import say_tuning

ABOUT = {"tried": 30, "folds": ["a", "b", "c"], "loss": 0.81, "start_loss": 0.83, "adopted": False, "changed": {}}


def gain(value, low, high):
    return {"value": value, "low": low, "high": high, "converting_leads": 90}


@pytest.mark.parametrize(
    ("tuning", "told"),
    [
        (
            {"gain": gain(0.012, -0.003, 0.027)},
            "kept the settings it started with: the best of 30 trials was better by 0.0120 (95 % interval -0.0030 to "
            "0.0270; 90 converting leads), which may be chance.",
        ),
        (
            {"gain": gain(-0.01, -0.03, 0.005)},
            "kept the settings it started with: the best of 30 trials was no better: it gained -0.0100 (95 % interval "
            "-0.0300 to 0.0050; 90 converting leads).",
        ),
        ({"gain": gain(0.01, None, None)}, "better by 0.0100 (interval unknown; 90 converting leads), which may be"),
        ({"gain": None}, "kept the settings it started with: none of 30 trials was better on the earlier cuts."),
        (
            {"gain": gain(0.02, 0.01, 0.03), "adopted": True, "changed": {"leaves": 12}},
            "changed the settings: the best of 30 trials was better by 0.0200 (95 % interval 0.0100 to 0.0300;",
        ),
    ],
)
def test_it_is_said_whether_the_settings_changed_and_on_what_evidence(capsys, tuning, told):
    say_tuning({**ABOUT, **tuning})
    out = " ".join(capsys.readouterr().out.split())
    assert told in out
    assert ("leaves: 12" in out) == bool(tuning.get("changed"))
