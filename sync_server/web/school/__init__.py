"""The school page 学校页 and its log."""
