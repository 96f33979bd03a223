"""Who is told, when and how: grouping, escalation and delivery."""
