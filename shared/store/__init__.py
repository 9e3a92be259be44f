"""The event store port and its SQLite and memory stores."""
