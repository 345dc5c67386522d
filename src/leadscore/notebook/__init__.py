"""leadscore in a notebook: frames in, frames and charts out, by the code that the command line runs.

Events mode, on an installation or on frames of leads, events and outcomes:

    history = open_history("my-company")            # or history_of(leads, events, outcomes)
    model = history.fit()
    model.metrics
    scores = model.score(history.open_leads())
    model = model.register()                        # into MLflow, as challenger

Table mode, on one frame with a label column:

    model = fit_table(deals, target="won", time="created", id="deal_id")
    scores = model.score(new_deals)

`LightGbmBands` and `RidgeBands` are the learners as scikit-learn classifiers, for experiments of one's own.

What goes wrong is raised as a LeadscoreError with `code`, `found`, `allowed` and `fix`, as the command line shows it;
what is doubtful about the data is a warning.
"""

from leadscore.modeling.classifiers import LightGbmBands, RidgeBands
from leadscore.notebook.history import History, TrainingFrames, history_of, open_history
from leadscore.notebook.model import Model
from leadscore.notebook.table import fit_table, load_table_model, read_table

__all__ = [
    "History",
    "LightGbmBands",
    "Model",
    "RidgeBands",
    "TrainingFrames",
    "fit_table",
    "history_of",
    "load_table_model",
    "open_history",
    "read_table",
]
