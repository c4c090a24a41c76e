"""Which networks may be trained as references: an allow-list of layers and optimisers, and arithmetic on shapes.

Specifications come from records of what students did and from files of instructors. Neither is trusted: what is not
listed here is refused with a sentence, before any framework is started.
"""
