"""How large a roll file may be, so that no upload can stop the machine that serves the meeting."""

from __future__ import annotations

LARGEST_FILE_BYTES = 10 * 2**20
MOST_MEMBERS = 50_000
MOST_COLUMNS = 64

MOST_PARTS = 500
MOST_SHEETS = 10
LARGEST_UNZIPPED_BYTES = 40 * 2**20
"""All parts of an XLSX together, unzipped; a roll of the greatest size takes about twenty-five million bytes."""
LARGEST_SIDE_PART_BYTES = 2 * 2**20
"""Any XML part that is not a sheet or the table of texts; these are read whole into memory."""
