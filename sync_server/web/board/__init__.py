"""The county board 县级看板: page, JSON, spreadsheet."""
