"""Fair distribution: who serves which account, by one published rule that anybody can recompute.

Read in this order: rulebook (what people decide), snapshot (what is computed from), eligibility (who may),
instance (the same as integers), scoring (the rule), planning and routing (its two uses), fairness and
explanation (what everybody is shown).
"""
