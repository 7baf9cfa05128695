"""What happens when a run's page is asked for? Find, call, render."""
