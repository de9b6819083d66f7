"""JUnit: results for build servers, under ids that stay the same wherever the suite is installed."""

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from feishu_okr.conformance.tally import FAILED, UNPROVED, Result, Tally

SUITE = "feishu_okr.conformance"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document can hold."""


def junit(tally: Tally) -> bytes:
    """Write the results as JUnit.

    Args:
        tally: what came of the run.
    """
    failed, unproved = tally.of(FAILED), tally.of(UNPROVED)
    numbers = {"tests": len(tally.results), "failures": len(failed), "errors": 0, "skipped": len(unproved)}
    seconds = f"{sum(result.seconds for result in tally.results):.3f}"
    root = Element("testsuites")
    suite = SubElement(root, "testsuite", {"name": SUITE, "time": seconds} | {k: str(v) for k, v in numbers.items()})
    about = {"target": tally.about.get("name", ""), "profile": tally.about.get("profile", "")}
    _properties(suite, about | {"assumption": tally.assumption} | ({"stopped": tally.stopped} if tally.stopped else {}))
    for result in tally.results:
        _case(suite, result)
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case(suite: Element, result: Result) -> None:
    room, _, name = re.sub("[./]", "\0", result.id, count=1).partition("\0")
    names = {"classname": f"{SUITE}.{room}", "name": _text(name or room), "time": f"{result.seconds:.4f}"}
    case = SubElement(suite, "testcase", names)
    _properties(case, {"says": result.says, **({"claims": " ".join(result.claims)} if result.claims else {})})
    if result.verdict == FAILED:
        SubElement(case, "failure", {"message": _text(result.why.partition("\n")[0])}).text = _text(result.why)
    elif result.verdict == UNPROVED:
        SubElement(case, "skipped", {"message": _text(result.why)})


def _properties(element: Element, values: dict[str, str]) -> None:
    properties = SubElement(element, "properties")
    for name, value in values.items():
        SubElement(properties, "property", {"name": name, "value": _text(value)})


def _text(text: str) -> str:
    return _NO_XML.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
