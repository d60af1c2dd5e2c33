"""Answers by brute force, for where keyvi is wrong."""


def distances(typed, key):
    """The optimal string alignment distances of `typed` from each start of `key`: from "", its first character, ..."""
    before, last = [], list(range(len(typed) + 1))
    found = [last[-1]]
    for at, character in enumerate(key):
        row = [at + 1]
        for column, wanted in enumerate(typed):
            cost = min(last[column] + (wanted != character), last[column + 1] + 1, row[column] + 1)
            if at and column and (wanted, typed[column - 1]) == (key[at - 1], character):
                cost = min(cost, before[column - 1] + 1)
            row.append(cost)
        before, last = last, row
        found.append(row[-1])
    return found
