"""Repositories: domain values and bytes in and out of one session."""

from ballot_server.storage.repositories.archives import ArchiveRepository, rewrite_erased
from ballot_server.storage.repositories.attendance import AttendanceRepository
from ballot_server.storage.repositories.ballots import BallotRepository, rewrite_ballots_sorted
from ballot_server.storage.repositories.board import BoardRepository
from ballot_server.storage.repositories.drafts import DraftRepository
from ballot_server.storage.repositories.elections import ElectionRepository
from ballot_server.storage.repositories.exemptions import ExemptionRepository
from ballot_server.storage.repositories.meetings import MeetingRepository, RollRepository
from ballot_server.storage.repositories.paper import PaperBallotsRepository, PaperCountRepository
from ballot_server.storage.repositories.reports import ReportRepository
from ballot_server.storage.repositories.slip_orders import PaperExchangeRepository, SlipOrderRepository
from ballot_server.storage.repositories.slips import CredentialRepository, SeriesRepository
from ballot_server.storage.repositories.staff import StaffLinkRepository, StaffRepository, StaffSessionRepository
from ballot_server.storage.repositories.unit_roll import UnitRollRepository

__all__ = [
    "ArchiveRepository",
    "AttendanceRepository",
    "BallotRepository",
    "BoardRepository",
    "CredentialRepository",
    "DraftRepository",
    "ElectionRepository",
    "ExemptionRepository",
    "MeetingRepository",
    "PaperBallotsRepository",
    "PaperCountRepository",
    "PaperExchangeRepository",
    "ReportRepository",
    "RollRepository",
    "SeriesRepository",
    "SlipOrderRepository",
    "StaffLinkRepository",
    "StaffRepository",
    "StaffSessionRepository",
    "UnitRollRepository",
    "rewrite_ballots_sorted",
    "rewrite_erased",
]
