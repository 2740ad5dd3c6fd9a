"""The session type, so that services can name it without knowing where it comes from."""

from sqlalchemy.orm import Session

__all__ = ["Session"]
