"""Two timetables held against each other: what runs where on which days, and which stops and lines are the same."""
