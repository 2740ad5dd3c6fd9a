"""The pure core: members, meetings, elections, bases and results; no web, no database, no clock."""
