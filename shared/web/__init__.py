"""What both web apps use: errors, language, access markers, templates."""
