"""Mentions of people: stored as open ids, shown in the kind of id that the caller asks for. Source: spec."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from okr_mock.call import Call
from okr_mock.gateway.envelope import Refusal
from okr_mock.world.people import ADMIN_ID, OPEN_ID, UNION_ID, USER_ID, Person

NOT_EXISTED = {
    OPEN_ID: "open_ids_not_existed",
    UNION_ID: "union_ids_not_existed",
    USER_ID: "user_ids_not_existed",
    ADMIN_ID: "lark_ids_not_existed",
}
"""Refusals of the gateway by kind of id."""
_USER_ID_SCOPE = "contact:user.employee_id:readonly"
_NOBODY = {"userId": ""}
"""Stands beside a stored id that nobody has in the kind it was sent as, though it is somebody's open id."""

Mention = dict[str, Any]


def id_kind(call: Call) -> str:
    """Name the kind of user id that the call carries and wants back.

    Args:
        call: its query may say so.
    """
    return call.message["query"].get("user_id_type") or OPEN_ID


def shown_id(call: Call, person: Person, key: str) -> dict[str, str]:
    """Show the id of a person in the kind that the call wants; nothing where its app lacks the scope for that.

    Args:
        call: says which kind it wants.
        person: who it is.
        key: what the id is called there.

    Source: dochub, spec (field scopes).
    """
    kind = id_kind(call)
    return {} if kind == USER_ID and not call.has_scope(_USER_ID_SCOPE) else {key: person.id(kind)}


def stored_mentions(call: Call, content: Any) -> Any:
    """Give content with the ids of people as they are stored; those nobody knows stay as they were sent.

    Args:
        call: says which kind of id it carries.
        content: content that keeps the contract; is not changed, and given back itself if it mentions nobody.

    Raises:
        Refusal: somebody is not known and the claim `unknown_mention` says so.
    """
    body = call.request.body
    if b"person" not in body and b"\\" not in body:  # nor in any spelling; most records are not walked through then
        return content
    mentions = _persons(content)
    if not mentions:
        return content
    kind = id_kind(call)
    sent = [mention["openId"] for mention in mentions if mention.get("openId")]
    found = {name: call.fixture.people.find(name, kind) for name in sent}
    unknown = [name for name, person in found.items() if person is None]
    if unknown and call.profile["unknown_mention"] == "refuse":
        raise Refusal(NOT_EXISTED[kind], ids=f"[{' '.join(unknown)}]")

    def stored(mention: Mention) -> Mention:
        name = mention.get("openId")
        if not name:
            return {"openId": ""} if name == "" else {}
        if person := found[name]:
            return {"openId": person.open_id}
        return {"openId": name} | (_NOBODY if call.fixture.people.find(name) else {})

    return _rewritten(content, stored)


def shown_mentions(call: Call, content: Any) -> Any:
    """Give content with the ids of people as this call wants them. Source: claim `person_user_id`.

    Args:
        call: says which kind of id it wants.
        content: stored content; is not changed.
    """
    choice = call.profile["person_user_id"]
    has_lark_id = choice == "always" or (choice == "read" and call.operation.method == "GET")

    def shown(mention: Mention) -> Mention:
        person = mentioned(call, mention)
        if person is None:
            return {name: value for name, value in mention.items() if (name, value) not in _NOBODY.items()}
        return shown_id(call, person, "openId") | ({"userId": person.lark_id} if has_lark_id else {})

    return _rewritten(content, shown) if _persons(content) else content


def mentioned(call: Call, mention: Mention) -> Person | None:
    """Find whom a stored mention names; None for nobody.

    Args:
        call: its world knows the people.
        mention: as it is stored.
    """
    return None if _NOBODY.items() <= mention.items() else call.fixture.people.find(mention.get("openId", ""))


def parted(text: str, mentions: Iterable[str]) -> list[str]:
    """Cut a plain text at its mentions, which stay parts of their own.

    Args:
        text: plain text.
        mentions: mentions as they are written; of two that begin alike the longer one counts.
    """
    longest_first = sorted(filter(None, mentions), key=len, reverse=True)
    return re.split(f"({'|'.join(map(re.escape, longest_first))})", text) if longest_first else [text]


def _persons(content: Any) -> list[Mention]:
    return [
        element["person"]
        for block in content.get("blocks", ())
        for element in block.get("paragraph", {}).get("elements", ())
        if "person" in element
    ]


def _rewritten(content: Any, change: Callable[[Mention], Mention]) -> Any:
    """Copy content, with other mentions."""
    blocks = [_block(block, change) if "paragraph" in block else block for block in content["blocks"]]
    return content | {"blocks": blocks}


def _block(block: dict[str, Any], change: Callable[[Mention], Mention]) -> dict[str, Any]:
    paragraph = block["paragraph"]
    elements = [
        {**element, "person": change(element["person"])} if "person" in element else element
        for element in paragraph.get("elements", ())
    ]
    return block | {"paragraph": paragraph | {"elements": elements}} if elements else block
