"""`python -m mitfahr` is the same as `mitfahr`."""

from mitfahr.cli import main

main(prog_name="mitfahr")
