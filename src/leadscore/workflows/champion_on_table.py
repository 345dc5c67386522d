"""The champion on the rows of a table: judged only on those that its evaluation fit cannot have learnt from."""

from dataclasses import replace

import numpy as np

from leadscore.dataset.seen_rows import content_keys, id_keys, secret_mark, seen_record, surely_unseen
from leadscore.dataset.table import TableRequest, table_matrix
from leadscore.modeling.artifact import ArtifactParts, ModelArtifact
from leadscore.workflows.champion import Champion
from leadscore.workflows.fit_recipe import Learnable
from leadscore.workflows.order_table import KIND, OrderedTable


def with_seen(judged: ArtifactParts, table: OrderedTable, learnt: Learnable, id_column: str | None) -> ArtifactParts:
    """The evaluation fit with a record of its rows, so that a later comparison can leave them out."""
    if id_column is not None:
        keys, mark = id_keys(table.frame[id_column].iloc[: table.cut], table.secret), secret_mark(table.secret)
        record = seen_record(keys, id_column, mark)
    else:
        record = seen_record(content_keys(learnt.whole.matrix, learnt.whole.converted[:, 0]), None)
    extra = {**judged.manifest["extra"], "seen_rows": record}
    return replace(judged, manifest={**judged.manifest, "extra": extra})


def champion_p(
    champion: Champion | None, table: OrderedTable, request: TableRequest
) -> tuple[np.ndarray | None, str | None]:
    """The champion's probabilities on the later rows, NaN where its evaluation fit has seen them; or why none."""
    if champion is None:
        return None, None
    cause = _incomparable(champion, table, request)
    late = table.frame.iloc[table.cut :]
    p = np.full((len(late), 1), np.nan)
    if cause is None and champion.rival is not None:
        unseen = _unseen(champion.rival, table)[table.cut :]
        if unseen.any():
            p[unseen] = champion.rival.predictor.curve(table_matrix(late[unseen], champion.rival.features))
        else:
            cause = f"may have learnt from each of the {len(late)} later rows, which leaves none to compare on"
    if cause is not None:
        return None, f"the champion, version {champion.version}, {cause}; train under another --name"
    return p, None


def _incomparable(champion: Champion, table: OrderedTable, request: TableRequest) -> str | None:
    """Why a champion cannot be judged on the rows of this table; None if it can."""
    rival = champion.rival
    if champion.kind != KIND:
        return f"is an {champion.kind} model and cannot be compared"
    if rival is None:
        return "was registered without its evaluation fit"
    target, record = rival.manifest["training_window"]["target"], rival.manifest["extra"].get("seen_rows")
    if target != request.target:
        return f"has the target {target}, not {request.target}"
    if record is None:
        return "does not say which rows it has learnt from"
    if record["id_column"] is not None and record.get("secret") != secret_mark(table.secret):
        return "remembers the rows it has learnt from by the secret of another store"
    needed = {*rival.features.encoders, *filter(None, [record["id_column"]])}
    absent = sorted(needed - set(table.frame.columns))
    return f"needs column {', '.join(absent)}, which the table lacks" if absent else None


def _unseen(rival: ModelArtifact, table: OrderedTable) -> np.ndarray:
    record = rival.manifest["extra"]["seen_rows"]
    if record["id_column"] is not None:
        keys = id_keys(table.frame[record["id_column"]], table.secret)
    else:
        keys = content_keys(table_matrix(table.frame, rival.features), table.labels)
    by_age = np.argsort(table.age, kind="stable")
    unseen = np.empty(len(keys), dtype=np.bool_)
    unseen[by_age] = surely_unseen(keys[by_age], record)
    return unseen
