"""The register: homes, people, states, findings, cases and notifications, in SQL tables."""
