"""What the network and the office suffer in a simulated day."""

FAULTS = ("none", "day-offline", "flaky")
