"""What people decide: what may be privileged and who released it, and what the authority of a case allows.

Decisions stand in the ledger, which is signed and only ever appended to. What follows from them lies under
``held/`` and can be made anew; `held` is the one place that says which rows and bytes may be read.
"""
