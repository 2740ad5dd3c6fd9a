"""The service: roll, slips, elections, tally, rules and minutes of a secret vote in a room."""
