"""Ways to damage an exported model: by accident, which its hashes tell, and on purpose, with hashes made anew."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

from leadscore.modeling import artifact as artifact_file
from leadscore.modeling.artifact import MANIFEST, read_manifest

NAMES = (
    "band_0.txt",
    "band_1.txt",
    "band_2.txt",
    "calibrator.json",
    "features.json",
    "golden.json",
    "intervals.json",
    "score_table.json",
    MANIFEST,
)


def flipped(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def other_digits(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    digits = [place for place, byte in enumerate(damaged) if chr(byte).isdigit()]
    for place in chance.sample(digits, min(5, len(digits))):
        damaged[place] = ord("0") + (damaged[place] - ord("0") + chance.randint(1, 9)) % 10
    return bytes(damaged)


def truncated(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def emptied(_content: bytes, _chance: random.Random) -> bytes:
    return b""


def zeroed(content: bytes, chance: random.Random) -> bytes:
    """A block that was never written to the disk."""
    start = chance.randrange(len(content))
    length = min(chance.randint(1, 512), len(content) - start)
    return content[:start] + bytes(length) + content[start + length :]


ACCIDENTS = (flipped, other_digits, truncated, emptied, zeroed)


def by_accident(folder: Path, number: int) -> str:
    """Damage one file of an export, or exchange two; says what was done."""
    chance = random.Random(number)
    name = NAMES[number % len(NAMES)]
    if chance.random() < 0.1:
        other = chance.choice([each for each in NAMES if each != name])
        one, two = (folder / name).read_bytes(), (folder / other).read_bytes()
        (folder / name).write_bytes(two)
        (folder / other).write_bytes(one)
        return f"{name} and {other} exchanged"
    way = chance.choice(ACCIDENTS)
    before = (folder / name).read_bytes()
    while (after := way(before, chance)) == before or same_json(before, after):
        pass
    (folder / name).write_bytes(after)
    return f"{name} {way.__name__}"


def same_json(one: bytes, other: bytes) -> bool:
    """Whether two texts are the same to a reader, as where a space became a line break."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def _each(pattern: str, with_what: str | Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    """A change of every line that matches."""
    return lambda text: re.sub(f"^{pattern}$", with_what, text, flags=re.MULTILINE)


def _dropped(name: str) -> Callable[[str], str]:
    """The text without a line, or without that line of every tree."""
    return lambda text: re.sub(f"^{name}=.*\\n", "", text, flags=re.MULTILINE)


def _numbers(name: str, change: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    """A change of a row of numbers in every tree."""
    return _each(f"{name}=(.+)", lambda found: f"{name}=" + " ".join(change(found[1].split())))


TREES: dict[str, Callable[[str], str]] = {
    "more features": _each("max_feature_idx=.*", "max_feature_idx=9"),
    "fewer features": _each("max_feature_idx=.*", "max_feature_idx=1"),
    "a billion features": _each("max_feature_idx=.*", "max_feature_idx=1000000000"),
    "no feature names": _each("feature_names=.*", "feature_names="),
    "fewer feature names": _each("feature_names=.*", "feature_names=a b"),
    "no feature infos": _each("feature_infos=.*", "feature_infos=none"),
    "another objective": _each("objective=.*", "objective=lambdarank"),
    "another sigmoid": _each("objective=.*", "objective=binary sigmoid:2"),
    "three classes": _each("num_class=.*", "num_class=3"),
    "three trees a round": _each("num_tree_per_iteration=.*", "num_tree_per_iteration=3"),
    "averaged": _each("max_feature_idx=.*", "average_output\nmax_feature_idx=3"),
    "linear trees": _each("shrinkage=(.*)", "is_linear=1\nshrinkage=\\1"),
    "no number of leaves": _dropped("num_leaves"),
    "no thresholds": _dropped("threshold"),
    "huge tree sizes": _numbers("tree_sizes", lambda sizes: ["99999999"] * len(sizes)),
    "negative tree sizes": _numbers("tree_sizes", lambda sizes: ["-1"] * len(sizes)),
    "small tree sizes": _numbers("tree_sizes", lambda sizes: ["7"] * len(sizes)),
    "a billion leaves": _each("num_leaves=.*", "num_leaves=1000000000"),
    "negative leaves": _each("num_leaves=.*", "num_leaves=-5"),
    "no leaves": _each("num_leaves=.*", "num_leaves=0"),
    "one leaf": _each("num_leaves=.*", "num_leaves=1"),
    "one leaf less": _each("num_leaves=(.*)", lambda found: f"num_leaves={int(found[1]) - 1}"),
    "one leaf more": _each("num_leaves=(.*)", lambda found: f"num_leaves={int(found[1]) + 1}"),
    "a cycle on the left": _numbers("left_child", lambda nodes: ["0"] * len(nodes)),
    "a cycle on the right": _numbers("right_child", lambda nodes: ["0"] * len(nodes)),
    "a cycle of two": _numbers("left_child", lambda nodes: ["1", "0", *nodes[2:]]),
    "children far away": _numbers("left_child", lambda nodes: ["1000000"] * len(nodes)),
    "leaves far away": _numbers("right_child", lambda nodes: ["-1000000"] * len(nodes)),
    "a leaf just beyond": _numbers("left_child", lambda nodes: [str(-2 - len(nodes)), *nodes[1:]]),
    "a leaf twice": _numbers("left_child", lambda nodes: ["-1"] * len(nodes)),
    "children missing": _numbers("left_child", lambda nodes: nodes[:1]),
    "children of letters": _numbers("left_child", lambda nodes: ["x"] * len(nodes)),
    "no children": _dropped("left_child"),
    "leaves of nan": _numbers("leaf_value", lambda values: ["nan"] * len(values)),
    "one leaf of nan": _numbers("leaf_value", lambda values: [*values[:-1], "nan"]),
    "one infinite leaf": _numbers("leaf_value", lambda values: [*values[:-1], "inf"]),
    "an endless leaf": _numbers("leaf_value", lambda values: [*values[:-1], "-1e999"]),
    "leaves of letters": _numbers("leaf_value", lambda values: ["hot"] * len(values)),
    "leaves reversed": _numbers("leaf_value", lambda values: values[::-1]),
    "leaves larger": _numbers("leaf_value", lambda values: [str(float(value) * 2) for value in values]),
    "leaves of 0": _numbers("leaf_value", lambda values: ["0"] * len(values)),
    "leaves missing": _numbers("leaf_value", lambda values: values[:1]),
    "no leaf values": _dropped("leaf_value"),
    "thresholds of nan": _numbers("threshold", lambda values: ["nan"] * len(values)),
    "a threshold of nan": _numbers("threshold", lambda values: [*values[:-1], "nan"]),
    "infinite thresholds": _numbers("threshold", lambda values: ["inf"] * len(values)),
    "thresholds of 0": _numbers("threshold", lambda values: ["0"] * len(values)),
    "thresholds missing": _numbers("threshold", lambda values: values[:1]),
    "features far away": _numbers("split_feature", lambda columns: ["999999"] * len(columns)),
    "negative features": _numbers("split_feature", lambda columns: ["-1"] * len(columns)),
    "features just beyond": _numbers("split_feature", lambda columns: ["4"] * len(columns)),
    "features exchanged": _numbers("split_feature", lambda columns: [str(3 - int(each)) for each in columns]),
    "features missing": _numbers("split_feature", lambda columns: columns[:1]),
    "no split features": _dropped("split_feature"),
    "decisions of another kind": _numbers("decision_type", lambda kinds: ["1"] * len(kinds)),
    "decisions that are none": _numbers("decision_type", lambda kinds: ["255"] * len(kinds)),
    "a thousand categories": _each("num_cat=.*", "num_cat=1000"),
    "no first tree": lambda text: re.sub(r"Tree=0\n.*?(?=Tree=1\n)", "", text, flags=re.DOTALL),
    "a tree twice": lambda text: re.sub(r"(Tree=3\n.*?)(?=Tree=4\n)", r"\1\1", text, flags=re.DOTALL),
    "no trees": lambda text: text[: text.index("Tree=0")] + text[text.index("end of trees") :],
    "half a last tree": lambda text: text[: text.index("end of trees") - 200],
    "no header": lambda text: text[text.index("Tree=0") :],
    "a header alone": lambda text: text[: text.index("Tree=0")],
    "an empty text": lambda _text: "",
    "zeros": lambda text: "\0" * len(text),
    "zeros in a tree": lambda text: text.replace("leaf_value=", "leaf_value=\0\0", 3),
    "a pickle": lambda _text: "cos\nsystem\n(S'true'\ntR.",
    "no right children": _dropped("right_child"),
    "a deep tree": lambda text: _deep(text, 20_000),
    "a tree as deep as python": lambda text: _deep(text, 900),
}
"""Changes of LightGBM's text, each in every tree that it fits."""

FILES: dict[str, tuple[str, Callable[[str], str]]] = {
    "a slope of 0": ("calibrator.json", lambda text: text.replace('"slope":1.0', '"slope":0.0')),
    "a slope of nan": ("calibrator.json", lambda text: text.replace('"slope":1.0', '"slope":NaN')),
    "an infinite intercept": ("calibrator.json", lambda text: text.replace('"intercept":0.0', '"intercept":Infinity')),
    "a mix of bands too few": ("calibrator.json", lambda text: json.dumps(json.loads(text)[:1])),
    "a mix that is a number": ("calibrator.json", lambda _text: "7"),
    "fewer columns": ("features.json", lambda text: _without(text, "features", -1)),
    "columns exchanged": ("features.json", lambda text: _reversed(text, "features")),
    "no columns": ("features.json", lambda text: json.dumps({**json.loads(text), "features": []})),
    "features that are none": ("features.json", lambda _text: "[]"),
    "no intervals": ("intervals.json", lambda _text: "[]"),
    "intervals of letters": ("intervals.json", lambda text: text.replace("0.5", '"half"')),
    "intervals upside down": ("intervals.json", lambda text: text.replace('"low"', '"?"').replace('"high"', '"low"')),
    "a score table that falls": ("score_table.json", lambda text: _reversed(text, "scores")),
    "a score table of nan": ("score_table.json", lambda text: text.replace("25.0", "NaN")),
    "no score table": ("score_table.json", lambda _text: "{}"),
    "no golden rows": ("golden.json", lambda _text: '{"rows":[]}'),
    "golden rows of another width": ("golden.json", lambda text: re.sub(r'"values":\[', '"values":[1.0,', text)),
    "golden rows that are none": ("golden.json", lambda _text: "null"),
}
"""Changes of the other files."""

MANIFESTS: dict[str, dict[str, object]] = {
    "no horizons": {"horizons_days": []},
    "horizons of letters": {"horizons_days": ["a", "b", "c"]},
    "horizons without end": {"horizons_days": 10**9},
    "a main horizon that is none": {"main_horizon_days": 61},
    "another fingerprint": {"feature_fingerprint": "sha256:0000000000000000"},
    "no files": {"files": {}},
    "files that are none": {"files": ["band_0.txt"]},
    "a file elsewhere": {"files": {"../../../etc/passwd": "0" * 64}},
    "another kind with too many bands": {"kind": "table"},
    "a kind that is none": {"kind": None, "horizons_days": None},
    "a file that is a folder": {"files": {".": "0" * 64}},
    "a hash that is a number": {"files": {"band_0.txt": 7}},
}
"""Changes of the manifest, whose own hash is made anew like those of the files."""

ON_PURPOSE = (*TREES, *FILES, *MANIFESTS)


def on_purpose(folder: Path, name: str) -> None:
    """Damage an export as somebody would who can make hashes anew."""
    if name in MANIFESTS:
        _mend(folder, MANIFESTS[name])
        return
    file, change = FILES[name] if name in FILES else ("band_1.txt", TREES[name])
    text = (folder / file).read_text()
    changed = change(text)
    assert changed != text, name
    if name in TREES and "sizes" not in name:
        changed = _sized(changed)
    (folder / file).write_text(changed)
    digest = artifact_file._sha256((folder / file).read_bytes())
    _mend(folder, {"files": {**read_manifest(folder)["files"], file: digest}})


def _mend(folder: Path, changes: dict[str, object]) -> None:
    artifact_file._write_manifest(folder, {**read_manifest(folder), **changes})


def _without(text: str, key: str, place: int) -> str:
    content = json.loads(text)
    del content[key][place]
    return json.dumps(content)


def _reversed(text: str, key: str) -> str:
    content = json.loads(text)
    return json.dumps({**content, key: content[key][::-1]})


def _deep(text: str, depth: int) -> str:
    """The first tree exchanged for one whose every right child splits again."""
    rows = {
        "split_feature": ["0"] * depth,
        "split_gain": ["1"] * depth,
        "threshold": [str(place) for place in range(depth)],
        "decision_type": ["2"] * depth,
        "left_child": [str(-1 - place) for place in range(depth)],
        "right_child": [*(str(place + 1) for place in range(depth - 1)), str(-1 - depth)],
        "leaf_value": ["0.01"] * (depth + 1),
        "leaf_weight": ["1"] * (depth + 1),
        "leaf_count": ["1"] * (depth + 1),
        "internal_value": ["0"] * depth,
        "internal_weight": ["1"] * depth,
        "internal_count": ["1"] * depth,
    }
    tree = [f"Tree=0\nnum_leaves={depth + 1}\nnum_cat=0"]
    tree += [f"{name}={' '.join(values)}" for name, values in rows.items()]
    block = "\n".join([*tree, "is_linear=0", "shrinkage=1", "\n", ""])
    return re.sub(r"Tree=0\n.*?(?=Tree=1\n)", lambda _found: block, text, flags=re.DOTALL)


def _sized(text: str) -> str:
    """The text with the sizes of its trees in its header as they are: LightGBM aborts at once where they differ."""
    trees = re.split(r"^(?=Tree=)", text.partition("end of trees")[0], flags=re.MULTILINE)[1:]
    return _numbers("tree_sizes", lambda _sizes: [str(len(tree.encode())) for tree in trees])(text)
