"""The routes of the page: its files, which anyone may have, and what it shows, which the admin token guards."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from okr_mock.endpoint import Emulator
from okr_mock.inspector.drafts import Drafts
from okr_mock.inspector.events import Events
from okr_mock.inspector.goals import Goals
from okr_mock.inspector.ledger import Ledger
from okr_mock.inspector.markdown import read_markdown
from okr_mock.inspector.page_files import lead_to_page, show_file, show_page

Table = list[tuple[str, str, Callable[[Request], Awaitable[Response]]]]

PAGE_FILES: Table = [
    ("GET", "/__admin", lead_to_page),
    ("GET", "/__admin/", show_page),
    ("GET", "/__admin/page/{file}", show_file),
]
"""Methods, paths and answers of the page itself; it holds no secret and asks for the token."""


def page_routes(emulator: Emulator) -> Table:
    """Give methods, paths and answers of what the page shows beside what other control routes tell.

    Args:
        emulator: whose store, scenarios and watchers.
    """
    store, library, watchers = emulator.store, emulator.library, emulator.watchers
    goals, ledger, drafts = Goals(store, library.contract), Ledger(store, library.contract), Drafts(library)
    return [
        ("GET", "/__admin/events", Events(store, watchers).stream),
        ("GET", "/__admin/okrs", goals.show),
        ("GET", "/__admin/record", goals.record),
        ("GET", "/__admin/image", goals.image),
        ("GET", "/__admin/claims", ledger.claims),
        ("GET", "/__admin/codes", ledger.codes),
        ("POST", "/__admin/content", read_markdown),
        ("GET", "/__admin/scenario/text", drafts.text),
        ("POST", "/__admin/scenario/lint", drafts.lint),
    ]
