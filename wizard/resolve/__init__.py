"""What DNS says: who sends for a domain, whether reverse DNS holds, where mail for a domain is received.

This room knows nothing of cases, rules or logs. Every look-up goes through one `Resolver`, which keeps the answers,
the deadline and the budget; what comes back tells "there is none" from "did not answer" in every case.
"""
