"""The report on paper: values in, PDF out, in a process of its own."""
