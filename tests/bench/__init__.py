"""`make bench`: one table of what the portal costs, beside the last committed figures.

    python -m tests.bench --only rnv timetable --quick

`feeds` says on what is measured; `importing`, `opening`, `timetable`, `delays`, `rides`, `checking`, `roads` and
`peers` hold the rows, as lists of tasks that a `worker` process runs; `conductor` asks it for them, and a worker on an earlier state of the
code in turn; `pages` asks over HTTP; `table` keeps, compares and prints.
"""
