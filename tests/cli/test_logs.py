"""One line of JSON for each record, whatever it holds."""

import json
import logging
import sys

from hypothesis import given
from hypothesis import strategies as st

from leadscore.cli.logs import JsonLines


def line(message, exc_info=None):
    return JsonLines().format(logging.LogRecord("leadscore.api", logging.ERROR, "", 0, "%s", (message,), exc_info))


@given(st.text() | st.sampled_from(["a\r\nb", "\x1b[31m", "\u2028", "\x85", '"}\n{"level":"critical"']))
def test_a_record_is_one_line_of_plain_json_that_says_what_was_logged(text):
    written = line(text)
    assert written.isascii()
    assert written.isprintable()
    assert json.loads(written)["message"] == text


def test_a_traceback_stays_on_the_line():
    try:
        raise ValueError("first\nsecond")
    except ValueError:
        written = line("failed", sys.exc_info())
    assert written.isprintable()
    assert "second" in json.loads(written)["traceback"]
