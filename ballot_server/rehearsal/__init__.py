"""A whole meeting with simulated phones and trustees, over the addresses that real ones use."""
