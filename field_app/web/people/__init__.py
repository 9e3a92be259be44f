"""People on duty 上岗, switching, witnessing."""
