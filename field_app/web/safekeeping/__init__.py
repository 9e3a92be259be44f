"""Where the lines are kept a second time: the black box and the backups."""
