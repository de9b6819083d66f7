"""The sweep: finds records that guarded runs wrote to a target, by their tags, and deletes them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from feishu_okr.conformance.budget import GuardError
from feishu_okr.conformance.fence import DELETE
from feishu_okr.conformance.guarded import GuardedTransport
from feishu_okr.conformance.tag import runs_in
from feishu_okr.conformance.target import Caller
from feishu_okr.conformance.wire import Answer
from feishu_okr.conformance.writeahead import WriteAhead

KINDS = ("objective", "key_result")


@dataclass
class Sweep:
    """Takes back what runs wrote.

    Args:
        transport: sends; knows who wrote what.
        caller: whose tenant token is used where the author of a record is not known.
    """

    transport: GuardedTransport
    caller: Caller

    def kind(self, target_id: str) -> str:
        """Tell whether an id is that of an `objective` or a `key_result`.

        Args:
            target_id: the id.

        Raises:
            GuardError: it is neither, or may not be seen.
        """
        for kind in KINDS:
            answer = self.caller.call(f"okr.v2.{kind}.get", path={f"{kind}_id": target_id})
            if answer.code == 0:
                return kind
        text = f"--i-may-write {target_id}: the target knows no such objective or key result{_told(answer)}"
        raise GuardError(text)

    def records(self, kind: str, target_id: str) -> Iterator[Mapping[str, Any]]:
        """List the records of a target.

        Args:
            kind: `objective` or `key_result`.
            target_id: its id.

        Raises:
            GuardError: the records cannot be listed.
        """
        token = ""
        while True:
            query = {"page_size": 100, **({"page_token": token} if token else {})}
            answer = self.caller.call(f"okr.v2.{kind}_progress.list", path={f"{kind}_id": target_id}, query=query)
            if answer.code != 0:
                raise GuardError(f"the records of {target_id} cannot be listed{_told(answer)}")
            data = answer.json["data"]
            yield from data.get("items", ())
            token = data.get("page_token", "")
            if not (data.get("has_more") and token):
                return

    def find(self, kind: str, target_id: str, run: str = "") -> list[str]:
        """Name the records of a target that carry a tag.

        Args:
            kind: `objective` or `key_result`.
            target_id: its id.
            run: the run whose tag they carry; "" for any.

        Raises:
            GuardError: the records cannot be listed.
        """
        tagged = [(item["id"], runs_in(item.get("content"))) for item in self.records(kind, target_id)]
        return [name for name, runs in tagged if (run in runs if run else runs)]

    def unexplained(self, kind: str, target_id: str, run: WriteAhead) -> list[str]:
        """Name the records of a target that came after a run began, carry no tag and are none that the run knows of.

        Args:
            kind: `objective` or `key_result`.
            target_id: its id.
            run: what the run wrote down; nothing can be told of a target whose records it did not note.

        Raises:
            GuardError: the records cannot be listed.
        """
        if target_id not in run.before:
            return []
        known = {*run.before[target_id], *run.created}
        new = [item for item in self.records(kind, target_id) if item["id"] not in known]
        return [item["id"] for item in new if not runs_in(item.get("content"))]

    def delete(self, records: Iterable[str]) -> list[str]:
        """Delete records; gives those that are still there.

        Args:
            records: their ids.
        """
        gone = self.caller.target.contract.catalog["okr_data_not_found"].code
        left = []
        for record in records:
            self.transport.fence.own.add(record)
            author = self.transport.authors.get(record) or "tenant"
            codes = [self.caller.call(DELETE, path={"progress_id": record}, who=author).code]
            if codes[0] not in (0, gone) and author != "tenant":
                codes.append(self.caller.call(DELETE, path={"progress_id": record}).code)
            if codes[-1] in (0, gone):
                self.transport.file.deleted(record)
            else:
                left.append(record)
        return left


def _told(answer: Answer) -> str:
    return f": HTTP {answer.status}, code {answer.code}, log id {answer.log_id}"
