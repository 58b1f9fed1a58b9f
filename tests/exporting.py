"""How tests look at the rows of a table."""


def cells_of(table, records):
    """The rows of these records, each by the names of its columns."""
    return [
        dict(zip(table.names, row, strict=True)) for record in records for row in table.rows(record)
    ]


def kinds_of(table, kind):
    """The names of the columns that hold this kind of cell."""
    return {column.name for column in table.columns if column.kind == kind}
