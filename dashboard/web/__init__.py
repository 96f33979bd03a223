"""What every answer passes through: limits, headers, languages, templates."""
