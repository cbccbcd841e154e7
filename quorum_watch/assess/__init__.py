"""From candidates to findings: gates, tier, factors, concern."""
