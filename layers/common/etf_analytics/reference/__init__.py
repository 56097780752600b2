"""Tables that the project keeps itself and joins to snapshots: what the portal does not say of a holding or a fund.

Each table is a CSV beside the module that reads it, at the first need. What a table does not know is None.
"""
