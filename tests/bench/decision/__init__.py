"""How valid, sharp and quick are the decisions? Simulated truth, fixed seeds."""
