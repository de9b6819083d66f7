"""Options of a run, in one table: they make the flags of `okr-mock verify` and of pytest."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """One option: `--NAME` of `okr-mock verify`, `--okr-NAME` of pytest.

    Args:
        name: its name.
        help: what it does.
        default: value when it is not given; a tuple for an option that may be repeated, False for a flag.
        metavar: what the value is, in capitals.
    """

    name: str
    help: str
    default: Any = ""
    metavar: str = "TEXT"

    @property
    def key(self) -> str:
        """Its name in Python."""
        return self.name.replace("-", "_")


OPTIONS = (
    Option(
        "target",
        "mock: an emulator started for the run; the URL of an emulator that runs; or live: the API itself, guarded.",
        "mock",
        "TARGET",
    ),
    Option(
        "profile",
        "Options expected of disputed behaviour: documented, gateway or learned:FILE. An emulator tells its own.",
        "",
        "PROFILE",
    ),
    Option("set", "CLAIM=OPTION, one claim expected differently; may be repeated.", (), "CLAIM=OPTION"),
    Option(
        "know",
        "NAME=ID, something that calls can name there, such as key_result=7041…; may be repeated.",
        (),
        "NAME=ID",
    ),
    Option("without", "Do without a capability of the target; may be repeated.", (), "CAPABILITY"),
    Option("generated", "Generated calls an operation; 0 for none.", 5, "N"),
    Option("json", "Write the report as JSON.", "", "FILE"),
    Option("junit", "Write the results as JUnit, under ids that stay.", "", "FILE"),
    Option("html", "Write the report as one page.", "", "FILE"),
    Option("evidence", "Write what the target showed of disputed behaviour.", "", "FILE"),
    Option("ca-file", "CA to trust for an https target.", "", "FILE"),
    Option("serve-command", "Command that starts the emulator, in place of okr-mock serve.", "", "COMMAND"),
    Option("host", "Host of a live target; https only.", "open.feishu.cn", "HOST"),
    Option("allow-host", "Further host that may be called as live, such as a stand-in's; may be repeated.", (), "HOST"),
    Option("i-may-write", "Objective or key result that live tests may write records to; repeatable.", (), "TARGET_ID"),
    Option("read-only", "Leave out the live tests that write.", False),
    Option("plan", "Tell the calls, writes and minutes of a live run, without a call to the target.", False),
    Option("sweep", "Delete the records that live runs left on the targets, and run no test.", False),
    Option("max-requests", "Calls that a live run may make; 0 for any number.", 2000, "N"),
    Option("max-writes", "Calls that a live run may make and that may write; 0 for any number.", 1000, "N"),
    Option("per-minute", "Calls of one operation a minute that a live run makes at most.", 80, "N"),
    Option("runs", "Folder where live runs write down what they wrote.", "okr-verify-runs", "FOLDER"),
    Option("resume", "Go on with a live run that was broken off: what it proved is left out.", "", "RUN"),
)
OF_DIFFERENCES = (
    *("know", "ca_file", "host", "allow_host", "i_may_write", "read_only", "plan", "max_requests", "max_writes"),
    *("per_minute", "runs"),
)
"""Options that `okr-mock diff` takes too, by key."""
REPORTS = ("json", "junit", "html", "evidence")
"""Options that name files to be written."""
SECRETS = {
    "FEISHU_APP_ID": "id of the app that calls",
    "FEISHU_APP_SECRET": "its secret",
    "FEISHU_USER_TOKEN": "token of the person",
    "FEISHU_OTHER_USER_TOKEN": "token of somebody else",
}
"""Environment names of what no command line should show."""
CREDENTIALS = tuple(name for name in SECRETS if name != "FEISHU_APP_ID")
"""Those whose values no report may show either."""
