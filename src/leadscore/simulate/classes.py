"""Who a simulated lead is: the fixed, hidden class, and the moving, hidden intent.

A class is segment x persona x engagement level (45 in all) and never changes. Intent moves day by day. Together they
are the 270 states of the hidden Markov process; no file ever shows them.
"""

import numpy as np

SEGMENTS = ("b2c", "saas", "industrial")
PERSONAS = ("good_fit", "poor_fit", "researcher", "competitor", "bot")
LEVELS = ("quiet", "usual", "lively")
INTENTS = ("dormant", "aware", "interested", "evaluating", "deciding", "dead")
ENDS = ("won", "lost", "disqualified", "competitor")

CLASSES = len(SEGMENTS) * len(PERSONAS) * len(LEVELS)
STATES = len(INTENTS)

SEGMENT_OF, PERSONA_OF, LEVEL_OF = (
    axis.ravel() for axis in np.indices((len(SEGMENTS), len(PERSONAS), len(LEVELS)), dtype=np.int64)
)
LEVEL_SHARES = np.array([0.35, 0.40, 0.25])
