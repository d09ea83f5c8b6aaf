"""What ways of dealing with failed renewals would bring in, lived through by made-up customers.

Everything rests on assumptions, which are data (`world`) and printed with every result. The same seed makes
the same customers, and every way meets the same ones. The campaign and the learner are the real ones.
"""
