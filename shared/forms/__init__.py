"""Report forms as data, and how they are rendered."""
