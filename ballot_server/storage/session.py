"""The name of a session for the services, which do not know where it comes from."""

from sqlalchemy.orm import Session

__all__ = ["Session"]
