"""What of this machine a run can record: its clients, and what gets in the way."""
