"""Which line of a YAML file each setting stands on, for errors that people can go to."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

Place = tuple[str | int, ...]


def line_numbers(text: str) -> dict[Place, int]:
    r"""Line of every setting and list item, counted from 1, by its way from the top.

    >>> line_numbers("default:\n  count_ever: true\nfeatures:\n  - aggregation: count\n")["features", 0]
    4
    """
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    return {} if node is None else dict(_walk(node, ()))


def nearest_line(lines: Mapping[Place, int], place: Place) -> int | None:
    """The line of a setting, or of what it belongs to if it stands nowhere itself."""
    return next((lines[place[:end]] for end in range(len(place), 0, -1) if place[:end] in lines), None)


def with_lines(faults: str, path: Path) -> str:
    """Faults, one a line, that begin with a list item such as `features[2]`, with the line of the file in front."""
    lines = line_numbers(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def located(match: re.Match[str]) -> str:
        line = lines.get((match["name"], int(match["number"])))
        return f"{match['space']}line {line}: {match['item']}" if line else match[0]

    return re.sub(r"^(?P<space> *)(?P<item>(?P<name>\w+)\[(?P<number>\d+)\])", located, faults, flags=re.MULTILINE)


def _walk(node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*place, str(key.value)), key.start_mark.line + 1
            yield from _walk(value, (*place, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield (*place, number), item.start_mark.line + 1
            yield from _walk(item, (*place, number))
