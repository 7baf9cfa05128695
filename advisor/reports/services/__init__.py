"""What may be done with recommendations and their papers? One verb each."""
