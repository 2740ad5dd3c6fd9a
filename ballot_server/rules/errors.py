"""Why a rule-set file or a sealed rules object is refused."""

from __future__ import annotations

from ballot_server.errors import BallotServerError


class RuleSetError(BallotServerError):
    """A rule-set file is refused; `path` names the file, `key` the place in it (rows of an array count from 1)."""

    def __init__(self, *, path: str, key: str, **fields: object) -> None:
        super().__init__(path=path, key=key, **fields)
        self.path = path
        self.key = key


class RuleSetSyntaxError(RuleSetError):
    """The file is not TOML; `problem` is the parser's own."""


class RuleSetTextError(RuleSetError):
    """A text is not in composed Unicode form (NFC), or the file is larger than a rule-set can be."""


class RuleSetUnknownKeyError(RuleSetError):
    """A key means nothing here."""


class RuleSetMissingKeyError(RuleSetError):
    """A key that must be there is not."""


class RuleSetTypeError(RuleSetError):
    """A value has the wrong type or form; `expected` says which is asked for."""


class RuleSetChoiceError(RuleSetError):
    """A value is none of those allowed; `value` and `allowed` say which."""


class RuleSetFractionError(RuleSetError):
    """A fraction is not above 0 and at most 1, or never passes."""


class RuleSetDatesError(RuleSetError):
    """The rule-set ends before it begins."""


class RuleSetDuplicateError(RuleSetError):
    """One id is given twice; `name` is the id."""


class RuleSetUnknownNameError(RuleSetError):
    """A row refers to something that is not declared; `name` is what it refers to, `known` what there is."""


class RuleSetTooLargeError(RuleSetError):
    """The outcomes depend on more conditions than can be tried out; `limit` is how many can."""


class RuleSetHoleError(RuleSetError):
    """For some count no outcome follows, or two; `combination` is the case, `outcomes` what follows."""


class RuleSetCumulationError(RuleSetError):
    """A form that is cumulated needs no more than half, so two forms could pass alone."""


class RuleSetCaseError(RuleSetError):
    """A worked case says something that no ballots give, or that its base does not ask for."""


class UnknownRuleSetError(BallotServerError):
    """No installed rule-set has an id; `id` is it, `known` are those there are."""


class ContestCountsError(BallotServerError):
    """Counts are not given for exactly the options of a rule-set and blank; `expected` and `found` name them."""


class FollowedTestsError(BallotServerError):
    """The followed vote lacks a test on which the outcome depends, or was not counted; `test` names it."""


class FollowedElectionError(BallotServerError):
    """An election cannot follow another: other rule-set, or other base; `expected` and `found` say which."""


class SealedRulesError(BallotServerError):
    """A sealed rules object is not of the one form, or contradicts itself; `key` and `problem` say where and how."""


class ContestsMismatchError(BallotServerError):
    """Counts are not given for exactly the sealed contests; `expected` and `found` name them."""


class SeatsMissingError(BallotServerError):
    """An election is to be decided without its number of seats; `rule_set` names its rules."""
