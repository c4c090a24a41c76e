"""Where data sets come from: one module each, with ``ORDER`` and ``find(entry, places)``.

``find`` neither reads nor downloads nor draws anything; it yields what it can give, the best first.
"""
