"""Contradictions: claims of which a recorded run of the suite showed another option than its profile names."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from feishu_okr.contract import Mistake, Profile
from feishu_okr.contract.nesting import read_given
from feishu_okr.recording import Recording

if TYPE_CHECKING:
    from feishu_okr.conformance.probe import Verdict


def contradictions(recording: Recording, profile: Profile) -> Iterator[Mistake]:
    """Name each claim whose recorded probe shows another option, with the file of the answer that shows it.

    Args:
        recording: what was recorded; without calls of the suite in it, or where that is not installed, none is named.
        profile: options that are expected.
    """
    try:
        import jwt  # noqa: F401 - one of the suite's own needs
    except ImportError:
        return
    files = {one.log_id: file for file, one in zip(recording.files, recording.exchanges, strict=True)}
    for verdict in _verdicts(recording):
        if verdict.observed and verdict.observed != profile[verdict.claim]:
            shown = f"{verdict.claim}={verdict.observed}, where {profile[verdict.claim]} is expected"
            text = f"the probe of the claim contradicts the ledger, shows {shown}"
            yield read_given(files[verdict.answers[-1].log_id]).mistake(("answer",), text)


def _verdicts(recording: Recording) -> Iterator["Verdict"]:
    from feishu_okr.conformance.capability import lacking
    from feishu_okr.conformance.law import Law
    from feishu_okr.conformance.options import OPTIONS
    from feishu_okr.conformance.probe import ask, probes
    from feishu_okr.conformance.recorded import PREFIX, cases_of
    from feishu_okr.conformance.session import open_session
    from feishu_okr.conformance.story import Story

    held = cases_of(recording)
    if not held & {case.id for case in probes().values()}:
        return
    values = {option.key: option.default for option in OPTIONS} | {"target": f"{PREFIX}{recording.folder}"}
    target = open_session(values).target
    law = Law(target.contract, target.profile)
    for claim, case in probes().items():
        if case.id in held and not lacking(set(case.needs), target.capabilities, set(target.known)):
            try:
                yield ask(claim, Story(case, target.caller(case.world, case.id), law, target.profile))
            except AssertionError:  # a part of it was not recorded
                continue
