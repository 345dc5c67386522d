"""Every error a user can cause: a stable code, what was found, what is allowed, and the fix.

The catalogue below is the source of `docs/errors.md` and of the codes in API answers.
"""

CATALOGUE: dict[str, str] = {
    "LS-CONFIG-01": "A configuration file cannot be read.",
    "LS-CONFIG-02": "A configuration file has unknown, missing or wrong settings.",
    "LS-USAGE-01": "A command was called in a way it cannot carry out.",
    "LS-TIME-01": "A moment carries no time zone where one is needed.",
    "LS-TIME-02": "A text is no date or time.",
    "LS-FILE-01": "A file is missing, unreadable or empty.",
    "LS-FILE-02": "A file lacks columns that its kind needs.",
    "LS-FILE-03": "Rows of a table cannot be read.",
    "LS-IMPORT-01": "No row of a file could be imported.",
    "LS-ROW-01": "A required value of a row is empty.",
    "LS-ROW-02": "A value of a row has the wrong form.",
    "LS-ROW-03": "A row repeats the key of a stored row with other content.",
    "LS-EVENT-01": "A tracking message is no JSON object.",
    "LS-EVENT-02": "A tracking message names neither userId nor anonymousId.",
    "LS-EVENT-03": "A track message names no event.",
    "LS-EVENT-04": "A tracking message has a type that is not supported.",
    "LS-EVENT-05": "A tracking message is too large.",
    "LS-EVENT-06": "A tracking message has an id or event name that is too long.",
    "LS-EVENT-07": "A CloudEvent lacks what version 1.0 requires, or its data cannot be read.",
    "LS-BODY-01": "A request body is no JSON or is compressed wrongly.",
    "LS-BODY-02": "A request body is too large.",
    "LS-BODY-03": "A request body has unknown, missing or wrong fields.",
    "LS-AUTH-01": "No API key was given, or it is unknown or revoked.",
    "LS-AUTH-02": "The API key is not allowed to do this.",
    "LS-AUTH-03": "Too many wrong API keys from one address.",
    "LS-HTTP-01": "What was sent is no HTTP request that can be answered.",
    "LS-ROUTE-01": "There is nothing at this address.",
    "LS-RATE-01": "Too many requests with one key.",
    "LS-RATE-02": "More is sent than can be stored at the moment.",
    "LS-RATE-03": "More scores are asked for than can be computed at the moment.",
    "LS-LEAD-01": "The lead is unknown or did not exist at the asked instant.",
    "LS-DATA-01": "There is too little history to learn from.",
    "LS-DATA-02": "The target has no two usable values.",
    "LS-DATA-03": "A column that the model needs is missing.",
    "LS-DATA-04": "Real and simulated facts would be mixed in one store.",
    "LS-MODEL-01": "There is no champion model.",
    "LS-MODEL-02": "A model artifact is damaged or does not fit this installation.",
    "LS-MODEL-03": "A model version is unknown.",
    "LS-FEATURE-01": "A feature definition is wrong.",
    "LS-FEATURE-02": "A feature plug-in cannot be used.",
    "LS-FEATURE-03": "The two engines disagree about a feature.",
    "LS-GATE-01": "A model was refused promotion.",
    "LS-STORE-01": "The database cannot be reached or used.",
    "LS-REGISTRY-01": "The model registry cannot be reached or used.",
    "LS-STOP-01": "The service is ending.",
    "LS-INTERNAL-01": "A fault of leadscore itself.",
}


class LeadscoreError(Exception):
    """An error with a code, its place, what was found, what is allowed and how to fix it.

    code     a key of CATALOGUE; users and tests rely on it.
    where    file, row, column or setting; empty if the command itself is the place.
    found    what was met, in words.
    allowed  what would have been accepted; may be empty.
    fix      what to do next; may be empty.
    """

    exit_code = 1

    def __init__(self, code: str, *, found: str, where: str = "", allowed: str = "", fix: str = "") -> None:
        if code not in CATALOGUE:
            raise KeyError(code)
        self.code, self.where, self.found, self.allowed, self.fix = code, where, found, allowed, fix
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f" {self.where}:" if self.where else ""
        lines = [f"[{self.code}]{place} {self.found}"]
        lines += [f"  {label:<8} {text}" for label, text in (("allowed", self.allowed), ("fix", self.fix)) if text]
        return "\n".join(lines)


class UsageError(LeadscoreError):
    """The command line or the configuration is wrong."""

    exit_code = 2


class DataError(LeadscoreError):
    """The data, or a gate that judges them, refuses."""

    exit_code = 3


class OutsideError(LeadscoreError):
    """A system outside leadscore (database, registry, disk) does not do its part."""

    exit_code = 4
