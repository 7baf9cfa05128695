"""What happens when a recommendation's page is asked for? Find, call, render."""
