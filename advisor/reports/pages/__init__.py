"""Of what are the pages and papers of a recommendation made? Frozen values of text."""
