"""How near the product comes to the limit of the machine, and to plainer ways of the same answers.

    make bench                       a million incidents, on PostgreSQL and SQLite
    make bench INCIDENTS=100000
    make bench-quick                 that it runs, and that all answers are equal

docs/performance.md says what is measured and shows the last results.
"""
