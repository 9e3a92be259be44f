"""What is shown instead of all pages while the log is damaged."""
