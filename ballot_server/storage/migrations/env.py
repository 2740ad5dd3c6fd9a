"""Alembic's entry: runs the migrations on the connection that `upgrade_schema` hands over."""

from alembic import context

from ballot_server.storage.draft_tables import MeetingDraftRow
from ballot_server.storage.keeping_tables import ArchiveKeepingRow
from ballot_server.storage.paper_tables import PaperBallotsRow
from ballot_server.storage.register_tables import UnitMemberRow
from ballot_server.storage.report_tables import ReportCollectionRow
from ballot_server.storage.slip_tables import SlipOrderRow
from ballot_server.storage.tested_tables import TestedOpeningRow
from ballot_server.storage.trustee_tables import TrusteeSeatRow

# All tables share one metadata; importing the modules that come last has declared the others.
_LAST = (
    MeetingDraftRow,
    TrusteeSeatRow,
    SlipOrderRow,
    UnitMemberRow,
    TestedOpeningRow,
    PaperBallotsRow,
    ArchiveKeepingRow,
    ReportCollectionRow,
)
(metadata,) = {table.metadata for table in _LAST}
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
