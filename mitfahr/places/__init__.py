"""Search by name: a frozen index over stops and names of the map, and what typed words mean in it.

words       text → folded words             features   what a kind of thing is called
phonetics   how a word sounds               entries    stops and names as rows of one list
spelling    how far a slip is               index      the frozen file: words, postings, pairs of letters
known       known words like a typed one    ranking    the entries that are meant, the likeliest first
"""
