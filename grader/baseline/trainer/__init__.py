"""The program that trains reference networks, in a process of its own: the only place where a framework is imported.

It reads one job as a line on its standard input and answers with lines on its standard output; see `messages`.
"""
