"""The ledger: what is disputed about the live API, as claims with options, and profiles that choose among them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

PATCHED = ("document", "catalog")


@dataclass(frozen=True)
class Claim:
    """One question about the live API and the answers the emulator can give.

    Args:
        id: name of the switch.
        says: what is in question.
        status: `documented`, `observed`, `inferred`, `disputed` or `unverified`.
        default: option of the `documented` profile.
        options: what each option does.
        patches: JSON Patch by `document` or `catalog` and option, for options that change one of them.
        evidence: entries with `source`, `mark` and maybe `for` and `note`.
    """

    id: str
    says: str
    status: str
    default: str
    options: Mapping[str, str]
    patches: Mapping[tuple[str, str], list[dict[str, Any]]]
    evidence: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Profile:
    """A choice of one option for every claim; equal choices are equal and hash alike.

    Args:
        name: name of the profile it was made from.
        brand: `feishu` or `lark`; whose texts and links are answered.
        switches: claim and option, sorted by claim.
    """

    name: str
    brand: str
    switches: tuple[tuple[str, str], ...]

    def __getitem__(self, claim: str) -> str:
        return self._options[claim]

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.brand, self.switches))

    @cached_property
    def _options(self) -> dict[str, str]:
        return dict(self.switches)


@dataclass(frozen=True)
class Ledger:
    """All claims and the named profiles."""

    claims: Mapping[str, Claim]
    profiles: Mapping[str, Mapping[str, str]]

    def patch(self, kind: str, profile: "Profile") -> list[dict[str, Any]]:
        """Join the JSON Patches that a profile's options ask for.

        Args:
            kind: what is patched, `document` or `catalog`.
            profile: the chosen options.
        """
        claims = self.claims.values()
        return [step for claim in claims for step in claim.patches.get((kind, profile[claim.id]), ())]

    def profile(
        self, name: str = "documented", switches: Iterable[tuple[str, str]] = (), brand: str = "feishu"
    ) -> Profile:
        """Choose an option for every claim.

        Args:
            name: a named profile.
            switches: claims and options that differ from it; later ones win.
            brand: `feishu` or `lark`.

        Raises:
            ValueError: no such profile, claim or option; says which there are.
        """
        if name not in self.profiles:
            raise ValueError(_unknown("profile", name, self.profiles))
        chosen = {claim.id: claim.default for claim in self.claims.values()} | dict(self.profiles[name])
        for claim, option in switches:
            if claim not in self.claims:
                raise ValueError(_unknown("claim", claim, self.claims))
            if option not in self.claims[claim].options:
                raise ValueError(_unknown(f"option of {claim}", option, self.claims[claim].options))
            chosen[claim] = option
        return Profile(name, brand, tuple(sorted(chosen.items())))


def _unknown(what: str, name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(sorted(known))}"
    return f"no {what} {name!r}; {hint}"


def read_ledger(data: dict[str, Any]) -> Ledger:
    """Read the ledger.

    Args:
        data: value of `claims.yaml`.
    """
    claims = {name: _claim(name, entry) for name, entry in data["claims"].items()}
    return Ledger(claims, {name: entry["sets"] for name, entry in data["profiles"].items()})


def _claim(name: str, entry: dict[str, Any]) -> Claim:
    options = entry["options"]
    return Claim(
        id=name,
        says=entry["says"],
        status=entry["status"],
        default=entry["default"],
        options={option: body["says"] for option, body in options.items()},
        patches={(kind, option): body[kind] for option, body in options.items() for kind in PATCHED if kind in body},
        evidence=tuple(entry["evidence"]),
    )
