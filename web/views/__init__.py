"""One file per group of pages; each holds a blueprint called `views`."""
