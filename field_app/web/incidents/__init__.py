"""Incidents 应急事件: saved in two touches, completed later."""
