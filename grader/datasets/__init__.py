"""The data sets that a box is served, under the names that students use.

`provide` prepares a folder for the box; `available` says what would be served. Where data may come from is one module
each in `sources`, how it may lie in a folder is one module each in `layouts`; both are found by walking the package.
"""
