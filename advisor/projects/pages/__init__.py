"""Of what are the pages of a project made? Frozen values of text."""
